package webpush

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A Sender delivers messages to push services. Its methods may be called by any
// number of goroutines; several batches at once share its connections.
type Sender interface {
	// Send delivers the messages of one batch and calls settle exactly once for
	// each, with its place in the batch, as outcomes come; calls of one Send
	// never overlap. settle must not wait for anything. Send returns when every
	// message has its outcome, or at once with an error, nothing sent and
	// nothing settled, if the batch cannot be sent at all.
	//
	// When ctx ends, messages not yet written are settled as Unsent within
	// milliseconds; those under way have Options.Grace for their answers.
	// A message is never written twice unless the service said that it did not
	// process it. The batch belongs to the Sender until Send returns; what
	// was prepared in it is emptied when it is used.
	Send(ctx context.Context, b *Batch, settle func(i int, o Outcome)) error

	// Close ends all connections and waits until they have ended. Messages
	// under way are settled as Retry, those waiting as Unsent.
	Close() error
}

// A Batch is one text for many subscriptions that share a VAPID key.
type Batch struct {
	Signer  *Signer
	Payload []byte // at most MaxPayload bytes
	// TTL is how long the service may keep the message for a browser that is
	// not there; more than four weeks count as four weeks.
	TTL time.Duration
	// Urgency is very-low, low, normal or high; empty is normal.
	Urgency string
	// Topic makes the service replace an undelivered message of the same topic:
	// up to 32 characters of base64url, or empty.
	Topic    string
	Messages []Message
}

// A Message is one recipient's part of a batch.
type Message struct {
	To   Endpoint
	Keys Keys
	// Prepared is used if it is ready; otherwise it is made when it is needed.
	Prepared Prepared
}

// maxTTL is what Google's service takes; Mozilla's takes 30 days.
const maxTTL = 28 * 24 * time.Hour

// ErrBatch means that a batch cannot be sent to anybody.
var ErrBatch = errors.New("not a batch that can be sent")

// check gives the size in bytes that the payload is padded to.
func (b *Batch) check() (int, error) {
	size, ok := PaddedSize(len(b.Payload))
	switch {
	case !ok:
		return 0, fmt.Errorf("send batch: %w", &TooLongError{len(b.Payload), MaxPayload})
	case b.Signer == nil:
		return 0, fmt.Errorf("send batch without a signer: %w", ErrBatch)
	case b.TTL < 0:
		return 0, fmt.Errorf("send batch with TTL %v: %w", b.TTL, ErrBatch)
	case len(b.Topic) > 32:
		return 0, fmt.Errorf("send batch with a topic of %d characters: %w", len(b.Topic), ErrBatch)
	}
	for _, c := range []byte(b.Topic) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			return 0, fmt.Errorf("send batch with topic %q: %w", b.Topic, ErrBatch)
		}
	}
	switch b.Urgency {
	case "", "very-low", "low", "normal", "high":
	default:
		return 0, fmt.Errorf("send batch with urgency %q: %w", b.Urgency, ErrBatch)
	}
	return size, nil
}

// A header is what all messages of a batch to one push service carry.
type header struct {
	authority     string
	authorization string
	length        string // of the body
	ttl           string // seconds
	urgency       string
	topic         string
}

// headerFor signs if the token has to be renewed.
func (b *Batch) headerFor(to Endpoint, size int) (*header, error) {
	authorization, err := b.Signer.Authorization(to.origin)
	if err != nil {
		return nil, err
	}
	urgency := b.Urgency
	if urgency == "" {
		urgency = "normal"
	}
	return &header{
		authority:     to.authority(),
		authorization: authorization,
		length:        strconv.Itoa(size + overhead),
		ttl:           strconv.FormatInt(int64(min(b.TTL, maxTTL)/time.Second), 10),
		urgency:       urgency,
		topic:         b.Topic,
	}, nil
}

// Options say how a Sender behaves. Only Services is needed.
type Options struct {
	// Services say which addresses may be dialled.
	Services *Services
	// RootCAs are whom to trust instead of the system's, for tests and for a
	// push service of one's own.
	RootCAs *x509.CertPool
	// Timeout is how long connecting, or one message's answer, may take: 30
	// seconds unless given.
	Timeout time.Duration
	// Grace is how long messages under way have for their answers once the
	// context ends: 500 ms unless given.
	Grace time.Duration
	// Idle is how long a connection is kept without a message: 1 minute unless
	// given. Services close theirs after a few.
	Idle time.Duration
	// Connections are the HTTP/2 connections per push service, at most: 8
	// unless given.
	Connections int
	// Total are the connections of a Fast to all push services, at most: 256
	// unless given. Subscribers choose names under the allowed hosts.
	Total int
	// Workers are the messages under way at once over net/http per Send, or per
	// push service that does not speak HTTP/2: 64 unless given.
	Workers int
	// Now is the clock: time.Now unless given.
	Now func() time.Time
}

func (o Options) filled() Options {
	if o.Services == nil {
		panic("webpush: Options without Services")
	}
	orDuration := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	orInt := func(n *int, value int) {
		if *n <= 0 {
			*n = value
		}
	}
	orDuration(&o.Timeout, 30*time.Second)
	orDuration(&o.Grace, 500*time.Millisecond)
	orDuration(&o.Idle, time.Minute)
	orInt(&o.Connections, 8)
	orInt(&o.Total, 256)
	orInt(&o.Workers, 64)
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// tlsConfig is the same for both senders.
func (o *Options) tlsConfig(protocols ...string) *tls.Config {
	return &tls.Config{
		RootCAs:            o.RootCAs,
		MinVersion:         tls.VersionTLS12,
		NextProtos:         protocols,
		ClientSessionCache: tls.NewLRUClientSessionCache(64),
	}
}
