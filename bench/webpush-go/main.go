// Command webpush-go sends push messages with github.com/SherClockHolmes/webpush-go, the
// way that library is meant to be used, so that "dateline bench alerts --beside" can
// measure Dateline's sender beside it, against the same push services in the same run.
//
// What --beside passes to a program:
//
//	PROGRAM -messages N -ca FILE -payload TEXT [-key KEY] [-workers N] <SUBSCRIPTIONS
//
//	-messages  how many to send; one to each subscription unless given
//	-ca        a file of PEM certificates, whom to trust instead of the system's
//	-payload   the plaintext, the same for all
//	-key       the private half of the VAPID key, 32 bytes in base64url; a new one
//	           unless given, for subscriptions that are bound to none
//	-workers   how many messages are under way at once; 64 unless given
//
// Standard input is one subscription a line, as PushSubscription.toJSON() gives it in a
// browser; other members are left alone. If there are fewer than -messages, the list is
// gone through again.
//
//	{"endpoint":"https://…","keys":{"p256dh":"…","auth":"…"}}
//
// What it expects: the program reads its whole input, sends, prints one line of JSON on
// its standard output and ends with status 0, also if messages were refused.
//
//	{"messages":100000,"accepted":97012,"cpu_seconds":18.4,"wall_seconds":12.1}
//
// accepted are the answers with 201 Created; cpu_seconds is the processor time of this
// process, user and system, and wall_seconds the time, both from before the first message
// to after the last answer, so that reading the subscriptions does not count. Whatever
// keeps it from sending at all, and the first refusal, is told on standard error; status 1
// says that there is no line.
package main

import (
	"context"
	"crypto/ecdh"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "webpush-go:", err)
		os.Exit(1)
	}
}

// A result is the line that is printed.
type result struct {
	Messages int     `json:"messages"`
	Accepted int     `json:"accepted"`
	CPU      float64 `json:"cpu_seconds"`
	Wall     float64 `json:"wall_seconds"`
}

func run(ctx context.Context, args []string, in io.Reader, out, notes io.Writer) error {
	f := flag.NewFlagSet("webpush-go", flag.ContinueOnError)
	f.SetOutput(notes)
	messages := f.Int("messages", 0, "how many messages to send; one to each subscription unless given")
	ca := f.String("ca", "", "file of PEM certificates to trust instead of the system's")
	payload := f.String("payload", "", "the plaintext")
	key := f.String("key", "", "private half of the VAPID key in base64url; a new one unless given")
	workers := f.Int("workers", 64, "how many messages are under way at once")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *messages < 0 || *workers < 1 || *payload == "" || f.NArg() > 0 {
		return errors.New("want -payload, no negative -messages, at least one of -workers, and no arguments")
	}
	client, err := newClient(*ca)
	if err != nil {
		return err
	}
	o := webpush.Options{HTTPClient: client, Subscriber: "desk@example.org", TTL: 4 * 3600, Urgency: webpush.UrgencyHigh, Topic: "bench"}
	if o.VAPIDPrivateKey, o.VAPIDPublicKey, err = keyPair(*key); err != nil {
		return err
	}
	to, err := read(in)
	if err != nil {
		return err
	}
	if *messages == 0 {
		*messages = len(to)
	}
	s := &sender{options: o, payload: []byte(*payload), to: to, messages: *messages, notes: notes}
	r, err := s.all(ctx, *workers)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(r)
}

// newClient is one http.Client for all messages, over HTTP/2 where that is spoken.
func newClient(ca string) (*http.Client, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.ForceAttemptHTTP2 = true
	t.MaxIdleConnsPerHost = 100 // for services that speak HTTP/1.1 only
	t.TLSClientConfig = &tls.Config{}
	if ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, fmt.Errorf("read -ca: %w", err)
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read -ca %s: there is no certificate in it", ca)
		}
	}
	return &http.Client{Transport: t, Timeout: 30 * time.Second}, nil
}

// keyPair gives both halves as the library wants them.
func keyPair(private string) (string, string, error) {
	if private == "" {
		return webpush.GenerateVAPIDKeys()
	}
	b, err := base64.RawURLEncoding.DecodeString(private)
	if err != nil {
		return "", "", fmt.Errorf("read -key: %w", err)
	}
	k, err := ecdh.P256().NewPrivateKey(b)
	if err != nil {
		return "", "", fmt.Errorf("read -key: %w", err)
	}
	return private, base64.RawURLEncoding.EncodeToString(k.PublicKey().Bytes()), nil
}

func read(in io.Reader) (list []webpush.Subscription, err error) {
	d := json.NewDecoder(in)
	for {
		var s webpush.Subscription
		switch err := d.Decode(&s); {
		case err == io.EOF && len(list) == 0:
			return nil, errors.New("read subscriptions: there is none on standard input")
		case err == io.EOF:
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("read subscription %d: %w", len(list)+1, err)
		}
		list = append(list, s)
	}
}

// A sender sends every message once, and again to nobody.
type sender struct {
	options  webpush.Options
	payload  []byte
	to       []webpush.Subscription
	messages int
	notes    io.Writer

	next, accepted atomic.Int64
	refused        sync.Once
}

// all sends all messages and says what that took.
func (s *sender) all(ctx context.Context, workers int) (result, error) {
	began, cpu := time.Now(), processCPU()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			o := s.options // the library keeps nothing in it, but does not promise so
			// It appends padding to the payload where there is room behind it.
			payload := s.payload[:len(s.payload):len(s.payload)]
			for ctx.Err() == nil {
				i := int(s.next.Add(1)) - 1
				if i >= s.messages {
					return
				}
				s.one(ctx, payload, &s.to[i%len(s.to)], &o)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return result{}, ctx.Err()
	}
	return result{
		Messages: s.messages, Accepted: int(s.accepted.Load()),
		CPU: (processCPU() - cpu).Seconds(), Wall: time.Since(began).Seconds(),
	}, nil
}

func (s *sender) one(ctx context.Context, payload []byte, to *webpush.Subscription, o *webpush.Options) {
	answer, err := webpush.SendNotificationWithContext(ctx, payload, to, o)
	if err == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<10)) // else the connection is not used again
		answer.Body.Close()
		if answer.StatusCode == http.StatusCreated {
			s.accepted.Add(1)
			return
		}
		if err == nil {
			err = errors.New(answer.Status)
		}
	}
	s.refused.Do(func() { fmt.Fprintln(s.notes, "webpush-go: the first message that was not accepted:", err) })
}
