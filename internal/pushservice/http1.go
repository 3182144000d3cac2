package pushservice

import (
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// http1 is an origin for clients that do not speak HTTP/2: net/http, which does
// to a message what can be done to one alone.
type http1 struct {
	at     *origin
	server *http.Server
	conns  chan net.Conn
	once   sync.Once
	over   chan struct{}
}

func newHTTP1(at *origin) *http1 {
	h := &http1{at: at, conns: make(chan net.Conn), over: make(chan struct{})}
	h.server = &http.Server{
		Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: handshakeTimeout, MaxHeaderBytes: maxList,
	}
	return h
}

func (h *http1) serve() { _ = h.server.Serve(h) }

func (h *http1) close() {
	h.once.Do(func() { close(h.over) })
	_ = h.server.Close()
}

// hand gives the server a connection with TLS, and returns when it has ended.
func (h *http1) hand(n net.Conn, below net.Conn) {
	w := &watched{Conn: n, below: below, over: make(chan struct{})}
	select {
	case h.conns <- w:
	case <-h.over:
		return
	}
	<-w.over
}

// Accept, Close and Addr make it the server's listener.
func (h *http1) Accept() (net.Conn, error) {
	select {
	case n := <-h.conns:
		return n, nil
	case <-h.over:
		return nil, net.ErrClosed
	}
}

func (h *http1) Close() error { return nil }

func (h *http1) Addr() net.Addr {
	a, err := net.ResolveTCPAddr("tcp", h.at.address)
	if err != nil {
		return &net.TCPAddr{}
	}
	return a
}

// A watched connection tells when it is closed.
type watched struct {
	net.Conn
	below net.Conn // without TLS
	once  sync.Once
	over  chan struct{}
}

func (w *watched) Close() error {
	err := w.Conn.Close()
	w.once.Do(func() { close(w.over) })
	return err
}

// ServeHTTP is one message.
func (h *http1) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, now := h.at, h.at.s.o.Now()
	j := judge{at: at, reader: tokenReader{tokens: at.s.issuer.tokens}}
	defer j.settle()
	var q request
	q.path = append(q.path, r.RequestURI...)
	q.value[nameMethod], q.value[nameScheme], q.value[nameAuthority] = r.Method, "https", r.Host
	for name, values := range r.Header {
		if what := nameOf(strings.ToLower(name)); what > namePath && what < nameForbidden {
			q.value[what], q.seen[what] = strings.Join(values, ", "), true
		}
	}
	hearing, status, why := j.headers(&q, now)
	if t := h.meet(&hearing, status, now, Early); t != nil {
		at.tally.troubled.Add(1)
		h.answer(w, t.Status, t.retryAfter(now))
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return // the client is gone
	}
	j.tally.messages++
	j.tally.bytes += int64(len(body))
	if status == 0 && len(body) > MaxBody {
		status, why = http.StatusRequestEntityTooLarge, errBody
	}
	if status != 0 {
		h.answer(w, j.refuse(&hearing, status, why, now), "")
		return
	}
	if t := h.meet(&hearing, status, now, Slow); t != nil && !h.pause(r, time.Duration(t.Delay)) {
		return
	}
	t := h.meet(&hearing, status, now, Status, Rate, Offline, Hang, Reset, Headers, Cut, Close, Garbage)
	if t == nil {
		h.answer(w, j.take(&hearing, body, false, now), "")
		return
	}
	if t.Kind == Offline {
		h.answer(w, j.take(&hearing, body, true, now), "")
		return
	}
	at.tally.troubled.Add(1)
	if t.Taken || t.Kind == Headers {
		if status := j.take(&hearing, body, false, now); status != http.StatusCreated {
			h.answer(w, status, "")
			return
		}
	}
	switch t.Kind {
	case Status:
		h.answer(w, t.Status, t.retryAfter(now))
	case Rate:
		h.answer(w, http.StatusTooManyRequests, t.retryAfter(now))
	case Hang:
		h.pause(r, time.Hour)
		panic(http.ErrAbortHandler)
	case Headers:
		for n := 0; n < t.Size; n += len(bulk) {
			w.Header().Add("X-Bulk", bulk)
		}
		h.answer(w, http.StatusCreated, "")
	default:
		h.abort(w, t.Kind)
	}
}

// abort ends the connection under a message.
func (h *http1) abort(w http.ResponseWriter, kind Kind) {
	n, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if kind == Garbage {
		_, _ = n.Write(nonsense())
	}
	if inner, ok := n.(*watched); ok && kind != Garbage {
		if kind == Cut {
			cut(inner.below)
		} else {
			_ = inner.below.Close()
		}
	}
	_ = n.Close()
}

// meet is the first trouble of these kinds that a message meets. Requests is
// not counted here: a connection has one at a time.
func (h *http1) meet(m *hearing, status int, now time.Time, kinds ...Kind) *trouble {
	if status != 0 {
		return nil
	}
	for _, t := range h.at.troubles() {
		for _, k := range kinds {
			if t.Kind != k || !t.on(now) {
				continue
			}
			if k == Rate && !t.rate.full(now) {
				continue
			}
			if t.meets(m.ticket.number) {
				return t
			}
		}
	}
	return nil
}

// pause reports whether the client is still there after it.
func (h *http1) pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (h *http1) answer(w http.ResponseWriter, status int, retryAfter string) {
	h.at.tally.statuses[status].Add(1)
	if retryAfter != "" {
		w.Header().Set("Retry-After", retryAfter)
	}
	if status == http.StatusCreated {
		w.Header().Set("Location", "/m/"+strconv.FormatUint(h.at.s.conns.Add(1), 16))
	}
	w.WriteHeader(status)
}

var _ net.Listener = (*http1)(nil)
