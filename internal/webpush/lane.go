package webpush

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	// http1For is how long a service that does not speak HTTP/2 is not asked
	// for it again.
	http1For = 10 * time.Minute
	// growAfter is how long after a failed attempt no further connection is
	// opened beside those that there are.
	growAfter = time.Second
	// maxFruitless is how many connections in a row may end without an answer
	// before the messages that wait are given back.
	maxFruitless = 4
)

// A lane is the way to one push service: a queue and the connections that are
// fed from it. A conn's lock may be held when a lane's is taken, never the
// other way round.
type lane struct {
	fast    *Fast
	origin  string
	address string // HOST:PORT
	host    string
	plain   bool // no TLS, for development
	users   int  // Sends; guarded by Fast.mu

	mu        sync.Mutex
	queue     []job
	head      int
	conns     []*conn
	retired   []*conn // taking no new messages
	dialing   int
	blocked   time.Time // no further connections before
	http1     time.Time // net/http is used until
	workers   int       // over net/http
	fruitless int
	closed    bool
}

func newLane(f *Fast, e Endpoint) *lane {
	l := &lane{fast: f, origin: e.origin, plain: e.plainText()}
	l.address = withPort("https", e.authority())
	if l.plain {
		l.address = withPort("http", e.authority())
	}
	l.host, _, _ = net.SplitHostPort(l.address) // withPort made it
	return l
}

// add puts jobs into the queue.
func (l *lane) add(jobs []job) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		for _, j := range jobs {
			j.settle(Outcome{Class: Unsent, Err: ErrClosed})
		}
		return
	}
	if l.head > 0 && len(l.queue)+len(jobs) > cap(l.queue) {
		l.queue = append(l.queue[:0], l.queue[l.head:]...)
		l.head = 0
	}
	l.queue = append(l.queue, jobs...)
	l.grow()
	for _, c := range l.conns {
		c.poke()
	}
	l.mu.Unlock()
}

// take fills dst from the queue, for a connection or for a worker over
// net/http. Jobs of a batch that was stopped are settled.
func (l *lane) take(dst []job, worker bool) int {
	var stopped []job
	n := 0
	l.mu.Lock()
	if !worker && !l.http1.IsZero() && time.Now().Before(l.http1) {
		dst = nil
	}
	for n < len(dst) && l.head < len(l.queue) {
		j := l.queue[l.head]
		l.queue[l.head] = job{}
		l.head++
		if j.post.ctx.Err() != nil {
			stopped = append(stopped, j)
			continue
		}
		dst[n] = j
		n++
	}
	if l.head == len(l.queue) {
		l.queue, l.head = l.queue[:0], 0
	}
	l.grow()
	l.mu.Unlock()
	for _, j := range stopped {
		j.settle(j.post.unsent())
	}
	return n
}

// drop settles what waits of a call that was stopped.
func (l *lane) drop(c *call) {
	l.mu.Lock()
	kept, dropped := l.queue[:l.head], []job(nil)
	for _, j := range l.queue[l.head:] {
		if j.post.call == c {
			dropped = append(dropped, j)
		} else {
			kept = append(kept, j)
		}
	}
	l.queue = kept
	l.mu.Unlock()
	for _, j := range dropped {
		j.settle(c.unsent())
	}
}

// grow opens what is missing for the queue: the first connection, one more
// while those that there are leave much waiting, or workers over net/http.
func (l *lane) grow() {
	waiting := len(l.queue) - l.head
	if waiting == 0 || l.closed {
		return
	}
	now := time.Now()
	if l.plain || now.Before(l.http1) {
		for ; l.workers < min(waiting, l.fast.o.Workers); l.workers++ {
			l.fast.wg.Go(l.work)
		}
		return
	}
	have := len(l.conns) + l.dialing
	if have > 0 && (l.dialing > 0 || have >= l.fast.o.Connections || waiting <= 2*batchSize*have || now.Before(l.blocked)) {
		return
	}
	l.dialing++
	l.fast.wg.Go(l.dial)
}

// work sends over net/http while there is something to send.
func (l *lane) work() {
	var one [1]job
	for {
		if l.take(one[:], true) == 1 {
			one[0].settle(l.fast.http1.one(one[0]))
			continue
		}
		l.mu.Lock()
		if len(l.queue) == l.head || l.closed {
			l.workers--
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
	}
}

var errHTTP1 = errors.New("push service does not speak HTTP/2")

// dial opens one connection.
func (l *lane) dial() {
	n, err := l.connect()
	l.mu.Lock()
	l.dialing--
	switch {
	case errors.Is(err, errHTTP1):
		l.http1 = time.Now().Add(http1For)
		l.grow()
		l.mu.Unlock()
		return
	case err != nil:
		jobs := l.failed()
		l.mu.Unlock()
		giveBack(jobs, err)
		return
	case l.closed:
		l.mu.Unlock()
		<-l.fast.places
		_ = n.Close()
		return
	}
	c := newConn(l, n)
	l.conns = append(l.conns, c)
	l.fast.wg.Go(c.read)
	l.fast.wg.Go(func() { c.write(l.fast.o.Timeout) })
	l.mu.Unlock()
}

// connect takes one of the places for connections, unless it fails.
func (l *lane) connect() (_ net.Conn, err error) {
	ctx, cancel := context.WithTimeoutCause(l.fast.life, l.fast.o.Timeout, ErrTimeout)
	defer cancel()
	select {
	case l.fast.places <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("dial %s: too many connections: %w", l.host, context.Cause(ctx))
	}
	defer func() {
		if err != nil {
			<-l.fast.places
		}
	}()
	raw, err := l.fast.dialer(ctx, "tcp", l.address)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", l.host, err)
	}
	config := l.fast.tls.Clone()
	config.ServerName = l.host
	n := tls.Client(raw, config)
	if err := n.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		return nil, fmt.Errorf("dial %s: %w", l.host, err)
	}
	if n.ConnectionState().NegotiatedProtocol != "h2" {
		_ = n.Close()
		return nil, errHTTP1
	}
	return n, nil
}

// failed notes that a connection could not be had, and gives the jobs that
// must be given back: all, if there is no other.
func (l *lane) failed() []job {
	l.blocked = time.Now().Add(growAfter)
	if len(l.conns)+l.dialing > 0 {
		return nil
	}
	jobs := slices.Clone(l.queue[l.head:])
	l.queue, l.head = l.queue[:0], 0
	l.fruitless = 0
	return jobs
}

// giveBack settles messages that were never written.
func giveBack(jobs []job, why error) {
	for _, j := range jobs {
		if j.post.ctx.Err() != nil {
			j.settle(j.post.unsent())
			continue
		}
		j.settle(Outcome{Class: Retry, Err: why})
	}
}

// retire takes a connection out of those that are given messages.
func (l *lane) retire(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.conns, c); i >= 0 {
		l.conns = slices.Delete(l.conns, i, i+1)
		l.retired = append(l.retired, c)
		l.grow()
	}
}

// lost is told that a connection is over, and takes back what may be sent
// elsewhere.
func (l *lane) lost(c *conn, fruitless bool, again []job, why error) {
	<-l.fast.places
	l.mu.Lock()
	same := func(o *conn) bool { return o == c }
	l.conns = slices.DeleteFunc(l.conns, same)
	l.retired = slices.DeleteFunc(l.retired, same)
	switch {
	case !fruitless:
		l.fruitless = 0
	case !errors.Is(why, errIdle):
		l.fruitless++
	}
	var jobs []job
	if l.fruitless >= maxFruitless {
		jobs = l.failed()
	}
	l.grow()
	l.mu.Unlock()
	giveBack(jobs, why)
	if len(again) > 0 {
		l.add(again)
	}
}

// preferHTTP1 is called when the service asks for it.
func (l *lane) preferHTTP1() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.http1 = time.Now().Add(http1For)
	l.grow()
}

// all are the connections there are.
func (l *lane) all() []*conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat(l.conns, l.retired)
}

// unused reports whether nothing is left of it but the service's name.
func (l *lane) unused() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.conns)+len(l.retired)+l.dialing+l.workers+len(l.queue) == 0
}

// close gives back what waits, and ends all connections.
func (l *lane) close() {
	l.mu.Lock()
	l.closed = true
	jobs := slices.Clone(l.queue[l.head:])
	l.queue, l.head = l.queue[:0], 0
	l.mu.Unlock()
	for _, j := range jobs {
		j.settle(Outcome{Class: Unsent, Err: ErrClosed})
	}
	for _, c := range l.all() {
		c.fail(ErrClosed)
	}
}
