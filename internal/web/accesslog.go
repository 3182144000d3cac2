package web

import (
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// An AccessLog writes one JSON line per request, in batches: a write per line costs
// a twentieth of the throughput. It keeps neither the reader's whole address nor a
// query (searches, sign-in links), so a leaked log gives nobody away.
type AccessLog struct {
	mu   sync.Mutex
	buf  []byte
	out  io.Writer
	err  error
	done chan struct{}
	gone chan struct{}

	second int64  // since 1970, of stamp
	stamp  []byte // a line's beginning as far as the second: writing a time out costs more than all the rest
}

// Sizes and times of a batch.
const (
	logBatch = 32 << 10
	logEvery = time.Second
	logPath  = 300 // bytes of a path that a line keeps
)

// NewAccessLog starts writing to out; Close writes the rest and stops.
func NewAccessLog(out io.Writer) *AccessLog {
	l := &AccessLog{out: out, buf: make([]byte, 0, 2*logBatch), done: make(chan struct{}), gone: make(chan struct{})}
	go l.run()
	return l
}

func (l *AccessLog) run() {
	defer close(l.gone)
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			l.Flush()
		case <-l.done:
			return
		}
	}
}

// Flush writes what was noted so far.
func (l *AccessLog) Flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
}

func (l *AccessLog) flush() {
	if len(l.buf) == 0 {
		return
	}
	if _, err := l.out.Write(l.buf); err != nil && l.err == nil {
		l.err = err
	}
	l.buf = l.buf[:0]
}

// Close writes the rest. It gives the first error of any write.
func (l *AccessLog) Close() error {
	close(l.done)
	<-l.gone
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	return l.err
}

func (l *AccessLog) note(at time.Time, took time.Duration, x *exchange, r *http.Request, client netip.Addr) {
	status := x.status
	if status == 0 {
		status = http.StatusOK
	}
	l.mu.Lock()
	defer l.mu.Unlock()
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
		l.flush()
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
