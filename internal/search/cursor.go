package search

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"time"

	"dateline/internal/search/segment"
)

// ErrCursor says that Query.After is nothing that Results.Next gave.
var ErrCursor = errors.New("no cursor of a search")

// A cursor is the place of the last hit of a page, and the moment by which its list was ordered: documents age between
// two pages, and a page that weighed them by its own clock would show some again and leave others out. What comes into
// the index or goes from it meanwhile moves nothing that was read already.
//
// As bytes: a version, whether the hit had only some of the words, the moment, the score and the date (eight bytes
// each, big-endian), and then the hit's ID. Who sends one that was made up gets another page of what everybody may
// see, so it is not signed.
type cursor struct {
	asOf  int64 // microseconds of Unix time
	place segment.Place
}

const (
	cursorVersion = 1
	cursorHead    = 2 + 3*8
	maxCursor     = 400 // of text
)

func (c cursor) String() string {
	b := make([]byte, cursorHead, cursorHead+len(c.place.ID))
	b[0] = cursorVersion
	if c.place.Partial {
		b[1] = 1
	}
	binary.BigEndian.PutUint64(b[2:], uint64(c.asOf))
	binary.BigEndian.PutUint64(b[10:], math.Float64bits(c.place.Score))
	binary.BigEndian.PutUint64(b[18:], uint64(c.place.Date))
	return base64.RawURLEncoding.EncodeToString(append(b, c.place.ID...))
}

func parseCursor(s string) (c cursor, err error) {
	if len(s) > maxCursor {
		return c, ErrCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) <= cursorHead || b[0] != cursorVersion || b[1] > 1 {
		return c, ErrCursor
	}
	c.asOf = int64(binary.BigEndian.Uint64(b[2:]))
	c.place = segment.Place{
		Partial: b[1] == 1, Score: math.Float64frombits(binary.BigEndian.Uint64(b[10:])),
		Date: int64(binary.BigEndian.Uint64(b[18:])), ID: string(b[cursorHead:]),
	}
	if math.IsNaN(c.place.Score) || math.IsInf(c.place.Score, 0) {
		return c, ErrCursor
	}
	return c, nil
}

// now is where the document at p stands in the list of q by now: each document that comes or goes changes what a word
// is worth, a little, for all of them. Where the document itself is gone, p is as near as can be.
func (x *Index) now(ctx context.Context, v *segment.View, q *segment.Query, p *segment.Place) (*segment.Place, error) {
	if p == nil || q.ByDate {
		return p, nil
	}
	one := *q
	one.From, one.To, one.N = p.Date, p.Date+1, MaxLimit // nearly always this one alone has its moment
	found, err := v.Search(ctx, &one)
	if err != nil {
		return nil, x.fail("search", err)
	}
	for i := range found.Hits {
		if found.Hits[i].ID == p.ID {
			return &found.Hits[i], nil
		}
	}
	return p, nil
}

// begin is the moment by which a list is ordered, and where its page begins.
func (x *Index) begin(q Query) (asOf int64, after *segment.Place, err error) {
	if q.After == "" {
		return x.o.Now().UnixMicro(), nil, nil
	}
	c, err := parseCursor(q.After)
	// A moment that no page of ours was made at would only reorder the list for who made it up.
	if now := x.o.Now(); err == nil && (c.asOf > now.Add(time.Hour).UnixMicro() || c.asOf < now.AddDate(-1, 0, 0).UnixMicro()) {
		err = ErrCursor
	}
	return c.asOf, &c.place, err
}
