package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"dateline/internal/news"
)

// hints wakes followers of this process; missing one costs them a poll, no more.
type hints struct {
	mu   sync.Mutex
	subs map[chan struct{}]struct{}
}

func (h *hints) tell() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

func (h *hints) listen() (c <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subs == nil {
		h.subs = map[chan struct{}]struct{}{}
	}
	h.subs[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.subs, ch)
	}
}

// Hints gives a channel that receives after commits that made changes, here and,
// while the listener is connected, on other nodes. Call stop when done.
func (s *Store) Hints() (c <-chan struct{}, stop func()) { return s.hints.listen() }

// JobHints does the same for commits that left jobs to be run at once.
func (s *Store) JobHints() (c <-chan struct{}, stop func()) { return s.jobHints.listen() }

// Changes gives at most limit changes after number n, in order and without a gap:
// when a number has been seen, every smaller one has committed.
func (s *Store) Changes(ctx context.Context, n int64, limit int) ([]news.Change, error) {
	var out []news.Change
	rows, err := s.read(ctx).rows(`SELECT n, kind, subject, tags, at FROM change WHERE n > $1 ORDER BY n LIMIT $2`, n, limit)
	err = each(rows, err, func(r *sql.Rows) error {
		var c news.Change
		var tags string
		var when int64
		if err := r.Scan(&c.N, &c.Kind, &c.Subject, &tags, &when); err != nil {
			return err
		}
		c.At = at(when)
		out = append(out, c)
		return json.Unmarshal([]byte(tags), &out[len(out)-1].Tags)
	})
	return out, s.translate(err)
}

// LastChange gives the number of the newest committed change.
func (s *Store) LastChange(ctx context.Context) (int64, error) {
	var n int64
	err := s.read(ctx).row(`SELECT n FROM change_seq WHERE one = 1`).Scan(&n)
	return n, s.translate(err)
}

// listen turns other nodes' NOTIFY into hints, on a native connection, until ctx
// ends. Behind a transaction pooler it hears nothing and nothing depends on it.
func (s *Store) listen(ctx context.Context, address string) {
	wait := time.Second
	for ctx.Err() == nil {
		if err := s.listenOnce(ctx, address); err != nil && ctx.Err() == nil {
			s.log.Debug("no hints from other nodes for now; polling finds their changes", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

func (s *Store) listenOnce(ctx context.Context, address string) error {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return err
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.DialFunc = s.lines.through(cfg.DialFunc)
	dial, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(dial, cfg)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		conn.Close(end)
	}()
	for _, q := range []string{`LISTEN dateline_change`, `LISTEN dateline_job`} {
		if _, err := conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	for {
		// A listener can be deaf without an error; asking now and then finds out.
		turn, cancel := context.WithTimeout(ctx, 10*time.Second)
		heard, err := conn.WaitForNotification(turn)
		cancel()
		switch {
		case err == nil && heard.Channel == "dateline_job":
			s.jobHints.tell()
		case err == nil:
			s.hints.tell()
		case ctx.Err() != nil:
			return nil
		case turn.Err() != nil:
			ping, cancel := context.WithTimeout(ctx, 5*time.Second)
			err := conn.Ping(ping)
			cancel()
			if err != nil {
				return err
			}
		default:
			return err
		}
	}
}
