package webpush

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

// Plain is the Sender made of net/http. It takes ten times the CPU of a Fast
// with prepared keys, and is there to be switched to and to be checked against.
type Plain struct {
	o      Options
	client *http.Client
	life   context.Context
	end    context.CancelFunc
	mu     sync.RWMutex // held for reading by each Send, for writing by Close
}

var _ Sender = (*Plain)(nil)

// NewPlain gives a Plain. Close it.
func NewPlain(o Options) *Plain {
	o = o.filled()
	return newPlain(o, "h2", "http/1.1")
}

func newPlain(o Options, protocols ...string) *Plain {
	var p http.Protocols
	p.SetHTTP1(true)
	p.SetHTTP2(protocols[0] == "h2")
	t := &http.Transport{
		Proxy:                  nil, // not even from the environment
		DialContext:            o.Services.dialer(o.Timeout),
		TLSClientConfig:        o.tlsConfig(protocols...),
		TLSHandshakeTimeout:    o.Timeout,
		Protocols:              &p,
		DisableCompression:     true,
		MaxIdleConnsPerHost:    o.Workers,
		IdleConnTimeout:        o.Idle,
		MaxResponseHeaderBytes: 64 << 10,
	}
	life, end := context.WithCancel(context.Background())
	return &Plain{o: o, life: life, end: end, client: &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send delivers a batch with Options.Workers requests at once.
func (p *Plain) Send(ctx context.Context, b *Batch, settle func(i int, o Outcome)) error {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if p.life.Err() != nil {
		return ErrClosed
	}
	c, end, err := newCall(ctx, b, p.o.Grace, settle, func(*call) {})
	if err != nil {
		return err
	}
	defer end()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(p.o.Workers, len(b.Messages)) {
		wg.Go(func() {
			posts := make(map[string]*post)
			for i := int(next.Add(1)) - 1; i < len(b.Messages); i = int(next.Add(1)) - 1 {
				to := b.Messages[i].To
				if to.IsZero() {
					c.settle(i, Outcome{Class: Rejected, Err: ErrEndpoint})
					continue
				}
				at := posts[to.origin]
				if at == nil {
					h, err := b.headerFor(to, c.size)
					if err != nil {
						c.settle(i, Outcome{Class: Retry, Err: err})
						continue
					}
					at = &post{c, h}
					posts[to.origin] = at
				}
				c.settle(i, p.one(job{post: at, i: i}))
			}
		})
	}
	wg.Wait()
	return nil
}

// one sends one message, unless its batch has been stopped.
func (p *Plain) one(j job) Outcome {
	if j.post.ctx.Err() != nil {
		return j.post.unsent()
	}
	if p.life.Err() != nil {
		return Outcome{Class: Unsent, Err: ErrClosed}
	}
	var keys Prepared
	if err := j.take(&keys); err != nil {
		return Outcome{Class: Rejected, Err: err}
	}
	body, err := Seal(make([]byte, 0, j.post.size+overhead), &keys, j.post.payload)
	if err != nil {
		return Outcome{Class: Rejected, Err: err}
	}
	address, err := requestURL(j.message().To)
	if err != nil {
		return Outcome{Class: Rejected, Err: hideAddress(err)}
	}
	ctx, cancel := context.WithTimeoutCause(j.post.late, p.o.Timeout, ErrTimeout)
	defer cancel()
	defer context.AfterFunc(p.life, cancel)()
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	h := j.post.header
	request := (&http.Request{
		Method: http.MethodPost,
		URL:    address,
		Host:   h.authority,
		Header: http.Header{
			"Authorization":    {h.authorization},
			"Content-Encoding": {"aes128gcm"},
			"Content-Type":     {"application/octet-stream"},
			"Ttl":              {h.ttl},
			"Urgency":          {h.urgency},
			"User-Agent":       nil, // none
		},
		Body:          io.NopCloser(bytes.NewReader(body)),
		GetBody:       func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil },
		ContentLength: int64(len(body)),
	}).WithContext(ctx)
	if h.topic != "" {
		request.Header["Topic"] = []string{h.topic}
	}
	response, err := p.client.Do(request)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = errors.Join(cause, p.closed())
		}
		return Outcome{Class: Retry, Unknown: connected, Err: hideAddress(err)}
	}
	// The answer counts whatever comes after it; what is read lets the
	// connection be used again.
	_, _ = io.CopyN(io.Discard, response.Body, maxReplyBody)
	_ = response.Body.Close()
	return answered(response.StatusCode, []byte(response.Header.Get("Retry-After")), p.o.Now)
}

// hideAddress takes the endpoint, which is a secret, out of net/http's error.
func hideAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// requestURL keeps the path byte for byte, as net/url might not.
func requestURL(e Endpoint) (*url.URL, error) {
	if strings.HasPrefix(e.path, "//") { // it would be taken for a host
		return url.Parse(e.String())
	}
	scheme, _, _ := strings.Cut(e.origin, ":")
	return &url.URL{Scheme: scheme, Host: e.authority(), Opaque: e.path}, nil
}

func (p *Plain) closed() error {
	if p.life.Err() != nil {
		return ErrClosed
	}
	return nil
}

// Close ends all requests and connections.
func (p *Plain) Close() error {
	p.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.client.CloseIdleConnections()
	return nil
}
