package web

import (
	"bytes"
	"log"
	"log/slog"
	"sync"
	"time"
)

// complaintPause is how long between two warnings that no connection can be taken:
// net/http says so up to two hundred times a second.
const complaintPause = time.Minute

// A serverLog takes what net/http has to say, sentence by sentence. Nearly all of it is
// about clients that behave oddly, with their whole addresses, and of no use but for
// debugging (the gate logs panics); that connections cannot be taken is for whoever
// runs the server.
type serverLog struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	last time.Time // when it was last said that no connection can be taken
	more int       // times it was not said since
}

func errorLog(to *slog.Logger) *log.Logger {
	return log.New(&serverLog{log: to, now: time.Now}, "", 0)
}

func (l *serverLog) Write(b []byte) (int, error) {
	said := string(bytes.TrimSpace(b))
	if bytes.HasPrefix(b, []byte("http: Accept error:")) {
		l.cannotAccept(said)
	} else {
		l.log.Debug(said)
	}
	return len(b), nil
}

func (l *serverLog) cannotAccept(said string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if !l.last.IsZero() && now.Sub(l.last) < complaintPause {
		l.more++
		return
	}
	l.log.Warn("connections cannot be taken; with too many open files, raise the limit (LimitNOFILE= of the service) or lower --connections",
		"error", said, "times", l.more+1)
	l.last, l.more = now, 0
}
