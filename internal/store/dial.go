package store

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// lines are the connections to a PostgreSQL server that have not ended. A statement that
// was cut off is cancelled in the background, on a connection of its own, also after the
// pool is closed: a process that ends then leaves the statement running, and pgbouncer
// 1.18 ends itself when the one who cancels is gone before it has passed that on.
type lines struct{ open sync.WaitGroup }

// through makes a dial function whose connections are counted until they are closed.
func (l *lines) through(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		l.open.Add(1)
		return &line{Conn: c, end: sync.OnceFunc(l.open.Done)}, nil
	}
}

// wait waits until all have ended, but not for long: a server that is gone answers none.
func (l *lines) wait(most time.Duration) {
	ended := make(chan struct{})
	go func() {
		l.open.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(most):
	}
}

type line struct {
	net.Conn
	end func()
}

func (l *line) Close() error {
	defer l.end()
	return l.Conn.Close()
}
