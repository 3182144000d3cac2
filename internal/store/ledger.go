package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"dateline/internal/news"
)

// leaseTime is fanout's: how long a node's chunks are its own after it claimed some or
// renewed them.
const leaseTime = 10 * time.Second

// A Ledger keeps who gets each alert and what became of it, in chunks of 256
// subscriptions. It is fanout's Ledger; its methods promise what that says. An alert is
// stopped when its own row says so, and leases end by the database's clock.
//
// Every writer locks the alert's row in the table delivery first, so that on PostgreSQL
// nodes take turns at one alert for some milliseconds each and never wait for each other
// in a circle. That row has the numbers over all chunks, so that telling them reads one.
type Ledger struct{ s *Store }

// Ledger gives the database's ledger.
func (s *Store) Ledger() *Ledger { return &Ledger{s} }

// A head is what the ledger knows of an alert as a whole.
type head struct {
	tally  news.Tally
	undone int // chunks with something left to do
}

var errNotFrozen = errors.New("its audience is not fixed")

// head locks the alert's ledger to the end of the transaction.
func (t *tx) head(alert news.AlertID) (h head, err error) {
	err = t.row(`SELECT audience, accepted, gone, failed, retrying, undone FROM delivery WHERE alert_id = $1`+t.s.dialect.alone(), string(alert)).
		Scan(&h.tally.Audience, &h.tally.Accepted, &h.tally.Gone, &h.tally.Failed, &h.tally.Retrying, &h.undone)
	if errors.Is(err, sql.ErrNoRows) {
		return h, errNotFrozen
	}
	h.tally.Waiting = h.tally.Audience - h.tally.Settled() - h.tally.Retrying
	return h, err
}

// going is head for what a stop ends.
func (t *tx) going(alert news.AlertID) (h head, err error) {
	if h, err = t.head(alert); err != nil {
		return h, err
	}
	var state news.AlertState
	if err := t.row(`SELECT state FROM alert WHERE id = $1`, string(alert)).Scan(&state); err != nil {
		return h, err
	}
	if state == news.AlertStopped {
		return h, news.ErrAlertStopped
	}
	return h, nil
}

var chunkRows = rowText{"delivery_chunk", `INSERT INTO delivery_chunk (alert_id, n, node, done, bits) VALUES `, ``}

// Freeze fixes the audience; the first call wins.
func (l *Ledger) Freeze(ctx context.Context, alert news.AlertID, audience news.Recipients) error {
	_, err := l.s.write(ctx, func(t *tx) error {
		chunks := 0
		for n := range audience.Chunks() {
			if audience.Chunk(uint32(n)).Count() > 0 {
				chunks++
			}
		}
		first, err := t.exec(`
			INSERT INTO delivery (alert_id, audience, accepted, gone, failed, retrying, undone) VALUES ($1, $2, 0, 0, 0, 0, $3)
			ON CONFLICT (alert_id) DO NOTHING`, string(alert), audience.Count(), chunks)
		if err != nil || first == 0 {
			return err
		}
		for n := range audience.Chunks() {
			if row := (news.DeliveryRow{Audience: audience.Chunk(uint32(n))}); row.Audience.Count() > 0 {
				t.insert(&chunkRows, string(alert), n, "", 0, rowBits(&row))
			}
		}
		return nil
	})
	return ledgerError("freeze the audience", alert, err)
}

// Record is everything known of an alert; nil if its audience is not frozen.
func (l *Ledger) Record(ctx context.Context, alert news.AlertID) (*news.Delivery, error) {
	q := l.s.read(ctx)
	d := new(news.Delivery)
	var there int
	err := q.row(`SELECT 1 FROM delivery WHERE alert_id = $1`, string(alert)).Scan(&there)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	// The leases come first: when a stopped alert has none, the rows read after that are
	// the last word. The other way round a node could write between the two.
	if err == nil {
		err = q.row(`
			SELECT count(*) FROM delivery_chunk c JOIN delivery_lease l ON l.alert_id = c.alert_id AND l.node = c.node
			WHERE c.alert_id = $1 AND c.done = 0 AND l.till > $2`, string(alert), us(l.s.Now())).Scan(&d.Leased)
	}
	if err == nil {
		var rows *sql.Rows
		rows, err = q.rows(`SELECT n, bits FROM delivery_chunk WHERE alert_id = $1 ORDER BY n`, string(alert))
		err = each(rows, err, func(r *sql.Rows) error {
			n, row, err := scanChunk(r)
			if err == nil {
				record(d, n, &row)
			}
			return err
		})
	}
	if err != nil {
		return nil, ledgerError("read", alert, l.s.translate(err))
	}
	return d, nil
}

// record puts one chunk's row into the whole.
func record(d *news.Delivery, n uint32, row *news.DeliveryRow) {
	for _, x := range []struct {
		all  *news.Recipients
		bits news.Bits
	}{{&d.Audience, row.Audience}, {&d.Accepted, row.Accepted}, {&d.Gone, row.Gone}, {&d.Failed, row.Failed}, {&d.Retry, row.Retry}} {
		*x.all = append(*x.all, make(news.Recipients, int(n)*len(x.bits)-len(*x.all))...)
		*x.all = append(*x.all, x.bits[:]...)
	}
}

// rowBits is a row as it is kept: its sets, the least byte first, those at the end left
// out that are empty.
func rowBits(r *news.DeliveryRow) []byte {
	b := make([]byte, 0, 5*news.ChunkSize/8)
	last := 0
	for _, set := range [...]news.Bits{r.Audience, r.Accepted, r.Gone, r.Failed, r.Retry} {
		for _, w := range set {
			b = binary.LittleEndian.AppendUint64(b, w)
		}
		if set != (news.Bits{}) {
			last = len(b)
		}
	}
	return b[:last]
}

func scanChunk(r *sql.Rows) (n uint32, row news.DeliveryRow, err error) {
	var number int64
	var b sql.RawBytes
	if err := r.Scan(&number, &b); err != nil {
		return 0, row, err
	}
	if len(b)%(news.ChunkSize/8) != 0 || len(b) > 5*news.ChunkSize/8 {
		return 0, row, fmt.Errorf("chunk %d has %d bytes", number, len(b))
	}
	for i := 0; len(b) > 0; i, b = i+1, b[8:] {
		set := [...]*news.Bits{&row.Audience, &row.Accepted, &row.Gone, &row.Failed, &row.Retry}[i/len(row.Audience)]
		set[i%len(set)] = binary.LittleEndian.Uint64(b)
	}
	return uint32(number), row, nil
}

func ledgerError(what string, alert news.AlertID, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s of alert %s: %w", what, alert, err)
}
