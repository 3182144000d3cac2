package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"dateline/internal/news"
)

// querier is what both a transaction and a pool can do.
type querier interface {
	exec(q string, args ...any) (int64, error)
	row(q string, args ...any) *sql.Row
	rows(q string, args ...any) (*sql.Rows, error)
}

// A tx is one writing transaction. Its unexported helpers take it and compose;
// exported methods of Store open it.
type tx struct {
	ctx     context.Context
	s       *Store
	sql     *sql.Tx
	now     time.Time
	changes []news.Change
	waiting []waiting            // rows to be written, see insert
	broken  error                // why they could not be
	names   names                // what was looked up beforehand, see learn
	claims  claims               // addresses asked for together, see claimAddresses
	jobs    bool                 // some are due when this commits: wake who runs them
	own     map[string]*sql.Stmt // as this transaction runs them; it closes them
	unready []string             // statements to prepare once the connection is free
}

// stmt gives q as this transaction runs it, prepared once however often that is: an
// import and a restore run the same few thousands of times. To be kept for the next
// one it must be prepared outside, and that needs the connection that this one holds,
// so it waits for the end. Nil means: run the text.
func (t *tx) stmt(q string) *sql.Stmt {
	if !t.s.dialect.prepares() {
		return nil
	}
	if st, ok := t.own[q]; ok {
		return st
	}
	var st *sql.Stmt
	if kept, ok := t.s.stmts.Load(stmtKey{t.s.w, q}); ok {
		st = t.sql.StmtContext(t.ctx, kept.(*sql.Stmt))
	} else {
		var err error
		if st, err = t.sql.PrepareContext(t.ctx, q); err != nil {
			return nil // running the text gives the error where it belongs
		}
		t.unready = append(t.unready, q)
	}
	if t.own == nil {
		t.own = map[string]*sql.Stmt{}
	}
	t.own[q] = st
	return st
}

func (t *tx) exec(q string, args ...any) (int64, error) {
	if err := t.flush(); err != nil {
		return 0, err
	}
	var res sql.Result
	var err error
	if st := t.stmt(q); st != nil {
		res, err = st.ExecContext(t.ctx, args...)
	} else {
		res, err = t.sql.ExecContext(t.ctx, q, args...)
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t *tx) row(q string, args ...any) *sql.Row {
	t.flush() // its error stays in t
	if st := t.stmt(q); st != nil {
		return st.QueryRowContext(t.ctx, args...)
	}
	return t.sql.QueryRowContext(t.ctx, q, args...)
}

func (t *tx) rows(q string, args ...any) (*sql.Rows, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	if st := t.stmt(q); st != nil {
		return st.QueryContext(t.ctx, args...)
	}
	return t.sql.QueryContext(t.ctx, q, args...)
}

// change notes that this transaction changes what nodes show. Tags of one subject
// are put together.
func (t *tx) change(kind news.ChangeKind, subject string, tags ...string) {
	for i := range t.changes {
		if c := &t.changes[i]; c.Kind == kind && c.Subject == subject {
			c.Tags = append(c.Tags, tags...)
			return
		}
	}
	t.changes = append(t.changes, news.Change{Kind: kind, Subject: subject, Tags: tags})
}

var entryRows = rowText{"entry", `INSERT INTO entry (id, at, who_id, who, action, subject, note) VALUES `, ``}

// record writes who did what. A rule may end with it: it never fails by itself.
func (t *tx) record(who news.Actor, action, subject, note string) error {
	t.insert(&entryRows, news.NewID[string](), us(t.now), who.ID, who.Name, action, subject, note)
	return nil
}

// apart runs fn so that, when a rule refuses in the middle of it, nothing of it stays
// and the transaction goes on. Any other error is one for the whole.
func (t *tx) apart(fn func() error) error {
	if err := t.flush(); err != nil {
		return err
	}
	if _, err := t.sql.ExecContext(t.ctx, `SAVEPOINT apart`); err != nil {
		return fmt.Errorf("begin a part: %w", err)
	}
	changes := slices.Clone(t.changes)
	err := fn()
	if err == nil {
		err = t.flush()
	}
	if err == nil {
		_, err = t.sql.ExecContext(t.ctx, `RELEASE SAVEPOINT apart`)
		return err
	}
	if t.broken != nil || news.KindOf(err) == 0 {
		return err
	}
	t.changes, t.waiting, t.names = changes, nil, names{}
	if _, back := t.sql.ExecContext(t.ctx, `ROLLBACK TO SAVEPOINT apart`); back != nil {
		return fmt.Errorf("undo a part: %w", back)
	}
	return err
}

// number gives the transaction's changes their numbers. It must come last: from
// here to the commit every other writer waits.
func (t *tx) number() (int64, error) {
	var n int64
	for _, c := range t.changes {
		slices.Sort(c.Tags)
		tags, err := json.Marshal(slices.Compact(c.Tags))
		if err != nil {
			return 0, err
		}
		if err := t.row(`UPDATE change_seq SET n = n + 1 WHERE one = 1 RETURNING n`).Scan(&n); err != nil {
			return 0, fmt.Errorf("number a change: %w", err)
		}
		if _, err := t.exec(`INSERT INTO change (n, kind, subject, tags, at) VALUES ($1, $2, $3, $4, $5)`,
			n, string(c.Kind), c.Subject, string(tags), us(t.now)); err != nil {
			return 0, fmt.Errorf("write a change: %w", err)
		}
	}
	return n, nil
}

// write runs fn in a writing transaction and gives the number of its last change, 0
// if it made none. fn may run more than once (PostgreSQL), so it must not keep what
// it did before.
func (s *Store) write(ctx context.Context, fn func(*tx) error) (int64, error) {
	for try := 0; ; try++ {
		n, err := s.writeOnce(ctx, fn)
		if err == nil {
			return n, nil
		}
		var u unbegun
		if try < 4 && (s.dialect.retries(err) || errors.As(err, &u) && s.dialect.stale(err) && ctx.Err() == nil) {
			continue
		}
		return 0, s.translate(err)
	}
}

// An unbegun is the error of a transaction that did nothing yet.
type unbegun struct{ error }

func (u unbegun) Unwrap() error { return u.error }

func (s *Store) writeOnce(ctx context.Context, fn func(*tx) error) (n int64, err error) {
	sqlTx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return 0, unbegun{fmt.Errorf("begin: %w", err)}
	}
	t := &tx{ctx: ctx, s: s, sql: sqlTx, now: s.Now()}
	defer func() {
		// After the commit this does nothing. Its error adds nothing to err: the database
		// drops an unfinished transaction anyway. A rule that panics must not keep the
		// connection either; with SQLite it is the only one that writes.
		sqlTx.Rollback()
		for _, q := range t.unready {
			s.stmt(ctx, s.w, q)
		}
	}()
	now, err := s.dialect.begin(ctx, sqlTx, t.now)
	if err != nil {
		return 0, unbegun{fmt.Errorf("begin: %w", err)}
	}
	if !s.ownClock {
		t.now = now
	}
	err = fn(t)
	if t.broken != nil { // what fn met after it only follows from it
		return 0, t.broken
	}
	if err != nil {
		return 0, err
	}
	if err := t.flush(); err != nil {
		return 0, err
	}
	if n, err = t.number(); err != nil {
		return 0, err
	}
	if err := s.dialect.notify(t, n); err != nil {
		return 0, err
	}
	if err := sqlTx.Commit(); err != nil {
		return 0, unsure(s.dialect.translate(fmt.Errorf("commit: %w", err)))
	}
	if n > 0 {
		s.hints.tell()
	}
	if t.jobs {
		s.jobHints.tell()
	}
	return n, nil
}

// unsure says of a commit that broke with its connection what is true: it may have
// happened. Anything else that a commit fails of has undone everything.
func unsure(err error) error {
	if news.KindOf(err) != news.Busy {
		return err
	}
	return refusal{news.Refuse(news.Busy, "The database went away while this was being saved. Look whether it was, before you do it again."), err}
}

// reader runs single statements on the readers' pool.
type reader struct {
	ctx context.Context
	s   *Store
}

func (s *Store) read(ctx context.Context) reader { return reader{ctx, s} }

func (r reader) exec(string, ...any) (int64, error) { panic("store: a reader cannot write") }

func (r reader) row(q string, args ...any) *sql.Row {
	if st := r.s.stmt(r.ctx, r.s.r, q); st != nil {
		return st.QueryRowContext(r.ctx, args...)
	}
	return r.s.r.QueryRowContext(r.ctx, q, args...)
}

func (r reader) rows(q string, args ...any) (*sql.Rows, error) {
	if st := r.s.stmt(r.ctx, r.s.r, q); st != nil {
		return st.QueryContext(r.ctx, args...)
	}
	return r.s.r.QueryContext(r.ctx, q, args...)
}

type stmtKey struct {
	db *sql.DB
	q  string
}

// stmt prepares q once, on engines where that pays (SQLite: a quarter more
// transactions). Nil means: run the text.
func (s *Store) stmt(ctx context.Context, db *sql.DB, q string) *sql.Stmt {
	if !s.dialect.prepares() {
		return nil
	}
	if st, ok := s.stmts.Load(stmtKey{db, q}); ok {
		return st.(*sql.Stmt)
	}
	st, err := db.PrepareContext(ctx, q)
	if err != nil {
		return nil // running the text gives the error where it belongs
	}
	if old, dup := s.stmts.LoadOrStore(stmtKey{db, q}, st); dup {
		st.Close()
		return old.(*sql.Stmt)
	}
	return st
}

// translate gives err's meaning to people where it has one.
func (s *Store) translate(err error) error {
	if err == nil {
		return nil
	}
	var e *news.Error
	if errors.As(err, &e) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return unreachable(err)
	}
	return s.dialect.translate(err)
}

// each scans every row with scan and closes rows; no scan error is dropped.
func each(rows *sql.Rows, err error, scan func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
