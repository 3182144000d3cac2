package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

// An AccessLog writes one JSON line per request, in batches: a write per line costs
// a twentieth of the throughput. It keeps neither the reader's whole address nor a
// query (searches, sign-in links), so a leaked log gives nobody away. No request waits
// for a write: when whoever takes the log stops taking it (a full pipe), lines beyond a
// bound are dropped, counted, and said to be missing once it is taken again.
type AccessLog struct {
	out  io.Writer
	full chan struct{} // a batch is ready
	done chan struct{}
	gone chan struct{}
	err  error // of the first write that failed; whoever saw gone closed may read it

	dropped atomic.Uint64

	mu     sync.Mutex
	buf    []byte
	second int64  // since 1970, of stamp
	stamp  []byte // a line's beginning as far as the second: writing a time out costs more than all the rest
}

// Sizes and times of a batch.
const (
	logBatch = 32 << 10
	logMost  = 1 << 20 // bytes of lines that wait to be written; beyond them they are dropped
	logEvery = time.Second
	logEnd   = 2 * time.Second // that Close waits for a write
	logPath  = 300             // bytes of a path that a line keeps
)

// NewAccessLog starts writing to out; Close writes the rest and stops.
func NewAccessLog(out io.Writer) *AccessLog {
	l := &AccessLog{out: out, buf: make([]byte, 0, 2*logBatch), full: make(chan struct{}, 1), done: make(chan struct{}), gone: make(chan struct{})}
	go l.run()
	return l
}

func (l *AccessLog) run() {
	defer close(l.gone)
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	spare := make([]byte, 0, 2*logBatch)
	told := uint64(0)
	for last := false; !last; {
		select {
		case <-tick.C:
		case <-l.full:
		case <-l.done:
			last = true
		}
		l.mu.Lock()
		lines := l.buf
		l.buf = spare[:0]
		dropped := l.dropped.Load()
		l.mu.Unlock()
		if dropped > told {
			lines = fmt.Appendf(lines, `{"time":%q,"level":"WARN","msg":"lines of this log are missing: it was not taken fast enough","lines":%d}`+"\n",
				time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), dropped-told)
			told = dropped
		}
		if len(lines) > 0 {
			if _, err := l.out.Write(lines); err != nil && l.err == nil {
				l.err = err
			}
		}
		if spare = lines; cap(spare) > 4*logBatch {
			spare = make([]byte, 0, 2*logBatch) // a stall's megabyte is not kept
		}
	}
}

// Dropped is how many lines were left out because the log was not taken fast enough.
func (l *AccessLog) Dropped() uint64 { return l.dropped.Load() }

// Close writes the rest. It gives the first error of any write, and waits only a moment
// for one that does not end.
func (l *AccessLog) Close() error {
	close(l.done)
	select {
	case <-l.gone:
		return l.err
	case <-time.After(logEnd):
		return errors.New("write the last lines of the access log: nobody takes them")
	}
}

func (l *AccessLog) note(at time.Time, took time.Duration, x *exchange, r *http.Request, client netip.Addr) {
	status := x.status
	if status == 0 {
		status = http.StatusOK
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buf) >= logMost {
		l.dropped.Add(1)
		return
	}
	if s := at.Unix(); s != l.second || l.stamp == nil {
		l.second, l.stamp = s, at.UTC().AppendFormat(l.stamp[:0], `{"time":"2006-01-02T15:04:05.`)
	}
	ms := at.Nanosecond() / 1e6
	b := append(l.buf, l.stamp...)
	b = append(b, byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10))
	b = append(b, `Z","level":"INFO","msg":"request","id":"`...)
	b = append(b, x.gate.first...)
	b = strconv.AppendUint(b, x.n, 36)
	b = append(b, `","method":`...)
	b = appendJSON(b, r.Method, 10)
	b = append(b, `,"path":`...)
	b = appendJSON(b, r.URL.Path, logPath)
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, `,"bytes":`...)
	b = strconv.AppendInt(b, x.bytes, 10)
	b = append(b, `,"us":`...)
	b = strconv.AppendInt(b, took.Microseconds(), 10)
	if p := Coarse(client); p.IsValid() {
		b = append(b, `,"from":"`...)
		b = p.AppendTo(b)
		b = append(b, '"')
	}
	l.buf = append(b, '}', '\n')
	if len(l.buf) >= logBatch {
		select {
		case l.full <- struct{}{}:
		default: // it is told already, or writing
		}
	}
}

// appendJSON writes s, at most n bytes of it, as a JSON string on one line.
func appendJSON(b []byte, s string, n int) []byte {
	b = append(b, '"')
	cut := len(s) > n
	if cut {
		s = s[:n]
	}
	if plainASCII(s) {
		b = append(b, s...)
		s = ""
	}
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029' || c == utf8.RuneError:
			b = append(b, `\ufffd`...)
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	if cut {
		b = append(b, `…`...)
	}
	return append(b, '"')
}

// plainASCII tells whether s stands in JSON as it is.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
