package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"dateline/internal/news"
)

// A dialect is everything in which the two engines differ.
type dialect interface {
	name() string
	goose() goose.Dialect
	// migrating runs migrate while no other process does.
	migrating(ctx context.Context, s *Store, migrate func() error) error
	counts() string // counts the tables called $1
	prepares() bool // whether statements are prepared once and kept
	// begin opens a writing transaction's session and gives its time, by the
	// database's clock where that is another than ours.
	begin(ctx context.Context, tx *sql.Tx, now time.Time) (time.Time, error)
	clock(ctx context.Context, db *sql.DB) (t time.Time, ok bool, err error)
	care(s *Store) []func(context.Context)
	lastCare(s *Store)
	retries(err error) bool
	// stale tells whether err may come from a connection of the pool that was cut while
	// it lay idle (the server was started again): then another one may work.
	stale(err error) bool
	translate(err error) error
	snapshot() *sql.TxOptions // for a long consistent read
	notify(t *tx, n int64) error
	alone() string                                           // ends a SELECT of rows that nobody else may change meanwhile
	unheld() string                                          // ends one that passes over rows which somebody else is changing
	row(from, width int) string                              // placeholders of one row of many, from the number from on, in their order
	unindexed(column string) string                          // column where the planner would take its index and is wrong
	check(ctx context.Context, db *sql.DB) ([]string, error) // what is wrong with the database's files or settings
}

// connect opens the pools that address asks for.
func (s *Store) connect(ctx context.Context, address string) error {
	switch {
	case strings.HasPrefix(address, "sqlite:"):
		return s.connectSQLite(ctx, strings.TrimPrefix(address, "sqlite:"))
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		return s.connectPostgres(ctx, address)
	}
	return fmt.Errorf("open the database: %q is no database address; use sqlite:PATH or postgres://user@host/name", address)
}

type sqliteDialect struct{ path string }

// connectSQLite opens one writer connection and a pool of readers. synchronous is
// FULL: with NORMAL, 3 % of acknowledged commits were lost in power cuts. Automatic
// checkpoints are off because the commit that triggers one pays for it; see
// checkpoint.
func (s *Store) connectSQLite(ctx context.Context, path string) error {
	if path == "" {
		return errors.New("open the database: sqlite: needs a path, like sqlite:./dateline-data/dateline.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("open the database: make its folder: %w", err)
	}
	if err := begin(path); err != nil {
		return fmt.Errorf("open the database %s: %w; check that the folder can be written", path, err)
	}
	dsn := func(extra ...string) string {
		q := url.Values{}
		q["_pragma"] = append([]string{"busy_timeout(5000)", "page_size(8192)", "journal_mode(WAL)",
			"synchronous(FULL)", "foreign_keys(1)", "wal_autocheckpoint(0)", "cache_size(-4000)"}, extra...)
		q.Set("_txlock", "immediate")
		return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
	}
	w, err := sql.Open("sqlite", dsn())
	if err != nil {
		return fmt.Errorf("open the database %s: %w", path, err)
	}
	w.SetMaxOpenConns(1)
	w.SetConnMaxIdleTime(0)
	r, err := sql.Open("sqlite", dsn("query_only(1)"))
	if err != nil {
		w.Close()
		return fmt.Errorf("open the database %s: %w", path, err)
	}
	n := max(4, 2*runtime.NumCPU())
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	s.dialect, s.w, s.r = sqliteDialect{path}, w, r
	if err := w.PingContext(ctx); err != nil {
		w.Close()
		r.Close()
		hint := "check that the folder can be written and the file is a Dateline database"
		if e := (*sqlite.Error)(nil); errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL {
			hint = "make room on the disk"
		}
		return fmt.Errorf("open the database %s: %w; %s", path, err, hint)
	}
	return nil
}

func (sqliteDialect) name() string         { return "sqlite" }
func (sqliteDialect) goose() goose.Dialect { return goose.DialectSQLite3 }
func (sqliteDialect) migrating(_ context.Context, _ *Store, migrate func() error) error {
	return migrate()
}
func (sqliteDialect) counts() string {
	return `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1`
}
func (sqliteDialect) prepares() bool { return true }
func (sqliteDialect) begin(_ context.Context, _ *sql.Tx, now time.Time) (time.Time, error) {
	return now, nil
}
func (sqliteDialect) snapshot() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }
func (sqliteDialect) retries(error) bool       { return false } // one writer waits its turn; nothing to retry
func (sqliteDialect) stale(error) bool         { return false }
func (sqliteDialect) lastCare(s *Store)        { s.w.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`) }
func (sqliteDialect) notify(*tx, int64) error  { return nil } // one serving process; commands are found by polling
func (sqliteDialect) alone() string            { return "" }  // there is one writer
func (sqliteDialect) unheld() string           { return "" }
func (sqliteDialect) clock(context.Context, *sql.DB) (time.Time, bool, error) {
	return time.Time{}, false, nil
}

func (sqliteDialect) care(s *Store) []func(context.Context) {
	return []func(context.Context){s.checkpoint}
}

func (sqliteDialect) translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return refusal{news.Refuse(news.Full, "The disk is full. Nothing was saved; ask whoever runs the server to make room, then try again."), err}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return unreachable(err)
	}
	return err
}

// row has no numbers: SQLite takes $1 for a name and, for each value, walks over all
// names up to its own. Of saving 2,000 subscriptions that was two thirds.
func (sqliteDialect) row(_, width int) string { return "?" + strings.Repeat(", ?", width-1) }

func (sqliteDialect) unindexed(column string) string { return `(` + column + ` || '')` }

func (sqliteDialect) check(ctx context.Context, db *sql.DB) ([]string, error) {
	var wrong []string
	rows, err := db.QueryContext(ctx, `PRAGMA quick_check`)
	err = each(rows, err, func(r *sql.Rows) error {
		var line string
		err := r.Scan(&line)
		if line != "ok" {
			wrong = append(wrong, line)
		}
		return err
	})
	return wrong, err
}

type postgresDialect struct {
	address  string
	settings string // an expression that sets what a writing transaction needs
}

// connectPostgres opens two pools that make, with the listener, eight connections at
// most: a role that may have ten keeps two for a command beside the server. Statements are not prepared by name and nothing depends
// on a session, so that a transaction pooler may stand in between.
func (s *Store) connectPostgres(ctx context.Context, address string) error {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return errors.New("open the database: the postgres:// address cannot be read; it should look like postgres://user@host:5432/name")
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeExec
	cfg.DialFunc = s.lines.through(cfg.DialFunc)
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 2 * time.Second
	}
	open := func(n int) *sql.DB {
		db := stdlib.OpenDB(*cfg)
		db.SetMaxOpenConns(n)
		db.SetMaxIdleConns(n)
		db.SetConnMaxIdleTime(5 * time.Minute)
		return db
	}
	s.dialect, s.w, s.r = postgresDialect{address: address}, open(3), open(4)
	settings, err := postgresSettings(ctx, s.w)
	if err != nil {
		s.w.Close()
		s.r.Close()
		return fmt.Errorf("open the database at %s: %w; check that PostgreSQL runs there and that the name, user and password are right", cfg.Host, err)
	}
	s.dialect = postgresDialect{address, settings}
	return nil
}

// postgresSettings gives the expression that sets, for one transaction, what ours
// rely on. Texts are compressed by LZ4 where the server has it: the default way
// was 45 % of the server's work in an import, and all of it took a third less without.
func postgresSettings(ctx context.Context, db *sql.DB) (string, error) {
	var lz4 int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)`).Scan(&lz4)
	settings := `set_config('synchronous_commit', 'on', true)`
	if lz4 > 0 {
		settings += ` || set_config('default_toast_compression', 'lz4', true)`
	}
	return settings, err
}

func (postgresDialect) name() string         { return "postgres" }
func (postgresDialect) goose() goose.Dialect { return goose.DialectPostgres }

// migrating holds a lock that belongs to a transaction, left open meanwhile: a session's
// would, behind a transaction pooler, be taken on one connection and given back on
// another, and stay with the first for as long as that lives. Who waits asks again and
// holds no connection, which the one who migrates may need.
func (postgresDialect) migrating(ctx context.Context, s *Store, migrate func() error) error {
	const name = 0x646174656c696e65 // "dateline"
	patient, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("another process has been migrating the database for five minutes"))
	defer cancel()
	try := func() (locked bool, err error) {
		tx, err := s.w.BeginTx(ctx, nil)
		if err != nil {
			return false, err
		}
		defer tx.Rollback() // it only holds the lock
		if err := tx.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1)`, int64(name)).Scan(&locked); err != nil || !locked {
			return false, err
		}
		return true, migrate()
	}
	for {
		if locked, err := try(); locked || err != nil {
			return err
		}
		select {
		case <-patient.Done():
			return context.Cause(patient)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (postgresDialect) counts() string {
	return `SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1`
}
func (postgresDialect) prepares() bool { return false }
func (d postgresDialect) begin(ctx context.Context, tx *sql.Tx, _ time.Time) (time.Time, error) {
	var on string
	var n int64
	err := tx.QueryRowContext(ctx, `SELECT `+d.settings+`, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&on, &n)
	return at(n), err
}
func (postgresDialect) lastCare(*Store)            {}
func (postgresDialect) alone() string              { return ` FOR UPDATE` }
func (postgresDialect) row(from, width int) string { return places(from, width) }
func (postgresDialect) unheld() string             { return ` FOR UPDATE SKIP LOCKED` }
func (postgresDialect) snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

// notify hints to other nodes, once for a transaction that changed what they show and
// once for one that left them jobs. It is no more than a hint: a listener that misses
// it finds both by polling.
func (postgresDialect) notify(t *tx, n int64) error {
	if t.jobs {
		if _, err := t.sql.ExecContext(t.ctx, `SELECT pg_notify('dateline_job', '')`); err != nil {
			return err
		}
	}
	if n == 0 {
		return nil
	}
	_, err := t.sql.ExecContext(t.ctx, `SELECT pg_notify('dateline_change', $1)`, strconv.FormatInt(n, 10))
	return err
}

func (postgresDialect) clock(ctx context.Context, db *sql.DB) (time.Time, bool, error) {
	var n int64
	err := db.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&n)
	return at(n), true, err
}

func (d postgresDialect) care(s *Store) []func(context.Context) {
	return []func(context.Context){func(ctx context.Context) { s.listen(ctx, d.address) }}
}

// retries: a serialization failure or a deadlock undid everything, and the rule is pure.
func (postgresDialect) retries(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func (postgresDialect) stale(err error) bool {
	var ce *pgconn.ConnectError // a new connection was tried, and that is the answer
	return !errors.As(err, &ce) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) && !pgconn.Timeout(err)
}

func (postgresDialect) translate(err error) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch {
		case strings.HasPrefix(pe.Code, "53"):
			if pe.Code == "53100" {
				return refusal{news.Refuse(news.Full, "The database's disk is full. Nothing was saved; ask whoever runs the server to make room, then try again."), err}
			}
			return unreachable(err)
		case strings.HasPrefix(pe.Code, "08"), strings.HasPrefix(pe.Code, "57P"):
			return unreachable(err)
		}
		return err
	}
	var ce *pgconn.ConnectError
	var ne net.Error
	if errors.As(err, &ce) || errors.As(err, &ne) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) {
		return unreachable(err)
	}
	for _, broken := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, driver.ErrBadConn} {
		if errors.Is(err, broken) { // the server went away under an open connection
			return unreachable(err)
		}
	}
	return err
}

// unindexed: this planner has statistics, which an expression would hide from it: it
// took a published story for a rare one, and joined and sorted all to list twenty.
func (postgresDialect) unindexed(column string) string { return column }

func (postgresDialect) check(ctx context.Context, db *sql.DB) ([]string, error) {
	var fsync string
	if err := db.QueryRowContext(ctx, `SHOW fsync`).Scan(&fsync); err != nil {
		return nil, err
	}
	if fsync != "on" {
		return []string{"fsync is off: a power cut loses what was acknowledged; set fsync = on in postgresql.conf"}, nil
	}
	return nil, nil
}

// A refusal is a news.Error that keeps its cause for the log.
type refusal struct {
	said  *news.Error
	cause error
}

func (r refusal) Error() string   { return r.cause.Error() }
func (r refusal) Unwrap() []error { return []error{r.said, r.cause} }

func unreachable(err error) error {
	return refusal{news.Refuse(news.Busy, "The database cannot be reached just now. Nothing was changed; try again shortly."), err}
}
