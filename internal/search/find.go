package search

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
)

// Search answers q from what was in the index when it began. What a reader typed is never an error; a context that
// ended and a damaged file are.
func (x *Index) Search(ctx context.Context, q Query) (Results, error) {
	leave, err := x.enter()
	if err != nil {
		return Results{}, err
	}
	defer leave()
	a := parseQuery(q.Text, x.speakers())
	if a.empty() && strings.TrimSpace(q.Text) != "" {
		return Results{}, ctx.Err()
	}
	limit, offset := page(q)
	pick := x.cols.filter(q)
	m := matched{every: true}
	if !a.empty() {
		if m, err = x.match(ctx, &a, pick, q.Sort == Relevance, offset+limit); err != nil {
			return Results{}, x.fail("search", err)
		}
	}
	if a.empty() || len(a.words)+len(a.needed) == 0 {
		q.Sort = Newest
	}
	return x.list(m, pick, q.Sort, offset, limit), ctx.Err()
}

func page(q Query) (limit, offset int) {
	limit = min(q.Limit, MaxLimit)
	if limit <= 0 {
		limit = 20
	}
	return limit, min(max(q.Offset, 0), MaxOffset)
}

// Languages that a word of one script is looked for in; more than that many in one newsroom share its commonest.
const maxSpeakers = 6

// speakers are the ways in which documents in the index make their words: the site's own language first.
func (x *Index) speakers() []speaker {
	x.cols.mu.RLock()
	codes := x.cols.spoken
	x.cols.mu.RUnlock()
	first := speakerOf(x.o.Language)
	var spoken [scripts][]*language
	for s := range spoken {
		if slices.Contains(codes, first[s].code) {
			spoken[s] = append(spoken[s], first[s])
		}
		for _, code := range codes {
			if l := languages[code]; l != nil && l.script == script(s) && l != first[s] && len(spoken[s]) < maxSpeakers {
				spoken[s] = append(spoken[s], l)
			}
		}
		if spoken[s] == nil {
			spoken[s] = append(spoken[s], first[s])
		}
	}
	n := 1
	for _, list := range spoken {
		n = max(n, len(list))
	}
	by := make([]speaker, n)
	for i := range by {
		for s, list := range spoken {
			by[i][s] = list[min(i, len(list)-1)]
		}
	}
	return by
}

// matched is what the words of a query found in one snapshot of the file.
type matched struct {
	every  bool           // there were no words but unwanted ones: all rows
	except map[int64]bool // but these
	rows   []matchedRow
	all    map[int64]bool // of rows, those with all words; nil when every row has them
	writes int64          // commits that the snapshot has seen; 0 when there was none
}

type matchedRow struct {
	row   int64
	score float64 // BM25; 0 when nobody will look at it
}

// match asks FTS5. When enough of those picked have all words, the others are only counted: scoring is the dear part.
func (x *Index) match(ctx context.Context, a *ask, pick filter, scored bool, enough int) (m matched, err error) {
	tx, err := x.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return m, err
	}
	defer tx.Rollback() // it only reads
	if err := tx.QueryRowContext(ctx, "SELECT writes FROM state").Scan(&m.writes); err != nil {
		return m, err
	}
	if len(a.words)+len(a.needed) == 0 {
		unwanted, err := rowsOf(ctx, tx, a.unwantedMatch(), false)
		m.every, m.except = true, rowSet(unwanted)
		return m, err
	}
	expr := a.match()
	m.rows, err = rowsOf(ctx, tx, expr.all, scored)
	if err != nil || expr.all == expr.some {
		return m, err
	}
	all := m.rows
	m.all = rowSet(all)
	if x.cols.countPicked(m, pick) >= enough {
		scored = false
	}
	m.rows, err = rowsOf(ctx, tx, expr.some, scored)
	if scored || err != nil {
		return m, err
	}
	partial := slices.DeleteFunc(m.rows, func(r matchedRow) bool { return m.all[r.row] })
	m.rows = append(all, partial...)
	return m, nil
}

func rowSet(rows []matchedRow) map[int64]bool {
	m := make(map[int64]bool, len(rows))
	for _, r := range rows {
		m[r.row] = true
	}
	return m
}

func rowsOf(ctx context.Context, tx *sql.Tx, expr string, scored bool) (found []matchedRow, err error) {
	query := "SELECT rowid, 0.0 FROM word WHERE word MATCH $1"
	if scored {
		query = "SELECT rowid, -" + bm25 + " FROM word WHERE word MATCH $1"
	}
	rows, err := tx.QueryContext(ctx, query, expr)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r matchedRow
		if err := rows.Scan(&r.row, &r.score); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}
