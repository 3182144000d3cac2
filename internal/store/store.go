// Package store keeps everything durable in SQLite or PostgreSQL and is the only
// package that speaks SQL to the newsroom's database. It gives the newsroom's
// records and runs news rules inside its transactions; it decides nothing itself,
// renders nothing and knows no HTTP. Only cmd/dateline imports it; everybody else
// is handed it as a small interface of their own.
//
// Every writing transaction that readers or nodes must learn of takes its number
// from a one-row counter in its last statements, so that numbers commit in order
// and a follower that remembers the last number it saw misses nothing.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Options tune a Store; the zero value works.
type Options struct {
	// Now, when set, is the clock that dates and releases go by, for tests and for
	// making a sample newsroom with a past. Nil means the database's clock: this
	// machine's with SQLite, the server's with PostgreSQL.
	Now func() time.Time
	// Zone is the site's time zone, which decides the day in an article's address.
	// Nil means UTC.
	Zone *time.Location
	// Language is the site's, for the names of a new one's sections; empty means en.
	Language string
	Log      *slog.Logger
	// Plan opens without migrating, for `migrate --plan`, `verify` and `doctor`.
	Plan bool
}

// A Store is one open database. Its methods may be called from any goroutine; every
// one takes a context that ends its statement.
type Store struct {
	dialect  dialect
	w        *sql.DB // writers; with SQLite a single connection
	r        *sql.DB // readers; with SQLite query_only
	clock    func() time.Time
	ownClock bool         // Options.Now was set: the server's clock is not asked
	offset   atomic.Int64 // server's clock minus ours, ns; PostgreSQL only
	zone     *time.Location
	log      *slog.Logger

	stmts    sync.Map // statement text + pool → *sql.Stmt; texts of any shape must be few, see in
	held     readCards
	hints    hints // of changes
	jobHints hints // of jobs that are due
	lines    lines // to the server; PostgreSQL only
	stop     context.CancelFunc
	running  sync.WaitGroup
}

// Open opens the database that address names ("sqlite:PATH" or "postgres://…"),
// migrates it, and starts its background care. A database that cannot be opened or
// is newer than this binary is refused with an error that says what to do, and
// nothing is written to it.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	own := o.Now != nil
	if !own {
		o.Now = time.Now
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{clock: o.Now, ownClock: own, zone: o.Zone, log: o.Log}
	if err := s.connect(ctx, address); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, o); err != nil {
		s.w.Close()
		s.r.Close()
		return nil, err
	}
	bg, stop := context.WithCancel(context.Background())
	s.stop = stop
	for _, care := range s.dialect.care(s) {
		s.running.Go(func() { care(bg) })
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context, o Options) error {
	if o.Plan {
		return nil
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.measureClock(ctx); err != nil {
		return err
	}
	return s.firstSections(ctx, o.Language)
}

// Close ends the background care and the connections. Everything acknowledged is
// durable already; Close loses nothing.
func (s *Store) Close() error {
	s.stop()
	s.running.Wait()
	s.dialect.lastCare(s)
	s.stmts.Range(func(_, v any) bool { v.(*sql.Stmt).Close(); return true })
	rerr := s.r.Close()
	werr := s.w.Close()
	s.lines.wait(2 * time.Second)
	if werr != nil {
		return fmt.Errorf("close the database: %w", werr)
	}
	return rerr
}

// Engine names the database's kind: sqlite or postgres.
func (s *Store) Engine() string { return s.dialect.name() }

// Now is the database's clock, which decides embargoes and releases.
func (s *Store) Now() time.Time {
	return s.clock().Add(time.Duration(s.offset.Load())).UTC().Truncate(time.Microsecond)
}

// Zone is the site's time zone.
func (s *Store) Zone() *time.Location { return s.zone }

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.translate(s.r.QueryRowContext(ctx, `SELECT 1`).Scan(&one))
}

// measureClock finds how far the server's clock is from ours. Of a few tries the
// quickest counts, and of the span it leaves the end where we are ahead: a reader's
// clock must never be behind the one that dated a publication, or the page would be
// missing for a moment after Publish answered. Being ahead does no harm: what is not
// due is not published either, and that is decided by the server's own clock.
func (s *Store) measureClock(ctx context.Context) error {
	if s.ownClock {
		return nil
	}
	best, offset := time.Duration(-1), time.Duration(0)
	for range 3 {
		before := s.clock()
		server, ok, err := s.dialect.clock(ctx, s.r)
		if err != nil {
			return s.translate(fmt.Errorf("read the database's clock: %w", err))
		}
		if !ok {
			return nil
		}
		if took := s.clock().Sub(before); best < 0 || took < best {
			best, offset = took, server.Sub(before)+time.Millisecond // a beat's worth of drift
		}
	}
	// Only now: a slow try may be off by as long as it took.
	s.offset.Store(int64(offset))
	return nil
}

// us turns a time into the form it is kept in; the zero time is 0.
func us(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// at is the inverse of us.
func at(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
