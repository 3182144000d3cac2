//go:build !race

// SQLite is 20 times slower under the race detector.

package search

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"dateline/internal/search/segment"
)

// An fts5 is what the index was before, and still an oracle for which documents a query finds: SQLite's FTS5 over the
// same terms, with a column for each field and one more for forms that have no place in the text.
type fts5 struct{ db *sql.DB }

func newFTS5(t *testing.T, docs []Document) fts5 {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "fts5.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE VIRTUAL TABLE word USING fts5(f0, f1, f2, f3, f4, more, content='', tokenize='ascii')"); err != nil {
		t.Fatal(err)
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range docs {
		var columns [fields + 1][]string
		for _, k := range newEntry(d, "en").doc.Tokens {
			at := int(k.Field)
			if k.Position == segment.NoPosition {
				at = fields
			}
			columns[at] = append(columns[at], k.Term)
		}
		args := []any{i}
		for _, c := range columns {
			args = append(args, strings.Join(c, " "))
		}
		if _, err := tx.Exec("INSERT INTO word (rowid, f0, f1, f2, f3, f4, more) VALUES ($1, $2, $3, $4, $5, $6, $7)", args...); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return fts5{db}
}

func (f fts5) count(t *testing.T, expr string) (n int) {
	t.Helper()
	if err := f.db.QueryRow("SELECT count(*) FROM word WHERE word MATCH $1", expr).Scan(&n); err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return n
}

// expressions for documents with all words of an ask, and with any of them.
func expressions(a *ask) (all, some string) {
	list := func(wants []want, with string) string {
		var parts []string
		for _, w := range wants {
			var ways []string
			for _, v := range w.ways {
				s := strconv.Quote(strings.Join(v.terms, " "))
				if v.prefix {
					s += "*"
				}
				if len(v.terms) > 1 {
					s = "- more : " + s
				}
				ways = append(ways, s)
			}
			parts = append(parts, "("+strings.Join(ways, " OR ")+")")
		}
		return "(" + strings.Join(parts, with) + ")"
	}
	all, some = list(slices.Concat(a.needed, a.words), " AND "), list(a.words, " OR ")
	if len(a.needed) > 0 {
		some = list(a.needed, " AND ")
	}
	if len(a.unwanted) > 0 {
		not := list(a.unwanted, " OR ")
		all, some = all+" NOT "+not, some+" NOT "+not
	}
	return all, some
}

// TestAgainstFTS5 asks both for the same: words, phrases, the beginnings of words, and all of these unwanted.
func TestAgainstFTS5(t *testing.T) {
	docs := realNews(t, 1500)
	x := newIndex(t, docs...)
	f := newFTS5(t, docs)
	v, err := x.segments.View()
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	r := rand.New(rand.NewPCG(7, 8))
	words := func(n int) string {
		body := strings.Fields(docs[r.IntN(len(docs))].Body)
		at := r.IntN(max(1, len(body)-n))
		return strings.ReplaceAll(strings.Join(body[at:min(len(body), at+n)], " "), `"`, "")
	}
	asked := 0
	for i := range 600 {
		text := words(1 + i%4)
		switch i % 7 {
		case 1:
			text = `"` + words(2+r.IntN(3)) + `" ` + words(1)
		case 2:
			text += " -" + words(1)
		case 3:
			text += ` -"` + words(2) + `"`
		case 4:
			text = words(1) + " " + words(1) + " " + words(1)
		case 5:
			text = `"` + words(2) + `"`
		}
		a := parseQuery(text, x.speakers(v))
		if len(a.words)+len(a.needed) == 0 {
			continue
		}
		if i%5 == 0 && len(a.words) > 0 { // as while it is typed
			w := &a.words[len(a.words)-1]
			for k, way := range w.ways {
				last := way.terms[len(way.terms)-1]
				w.ways[k].terms = append(slices.Clone(way.terms[:len(way.terms)-1]), last[:min(len(last), 3)])
				w.ways[k].prefix = true
			}
		}
		asked++
		all, some := expressions(&a)
		if len(a.words) == 0 {
			some = all
		}
		found, err := v.Search(context.Background(), &segment.Query{Any: clauses(a.words), Needed: clauses(a.needed), Unwanted: clauses(a.unwanted), Count: true, N: 5})
		if err != nil {
			t.Fatal(err)
		}
		if total, whole := f.count(t, some), f.count(t, all); found.Total != total || found.All != whole {
			t.Errorf("%q: %d found, %d with all words; FTS5 finds %d and %d by %s", text, found.Total, found.All, total, whole, some)
		}
	}
	if asked < 400 {
		t.Errorf("only %d queries had words", asked)
	}
	t.Logf("%d queries asked", asked)
}
