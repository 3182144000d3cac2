package moderation

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

// rows reads a table of data; columns names them if the file does not.
func rows(t *testing.T, name string, columns ...string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "comments", name))
	if err != nil {
		t.Skip("no ../shared/data")
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(columns) == 0 {
		columns, all = all[0], all[1:]
	}
	var out []map[string]string
	for _, row := range all {
		m := map[string]string{}
		for i, v := range row {
			if i < len(columns) {
				m[columns[i]] = v
			}
		}
		out = append(out, m)
	}
	return out
}

// judged runs texts, in their order, past the rules of a new site: each is of a person of
// its own whose comments were shown before, since most of a site's writers are known.
func judged(t *testing.T, texts []string, passed int) (held []bool) {
	t.Helper()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	same := map[string]int{}
	for _, text := range texts {
		clean, err := CleanComment(text)
		if err != nil {
			held = append(held, true)
			continue
		}
		p := &news.Posting{Now: now, Card: news.Card{FirstPublished: now}, Policy: news.CommentPolicy{}.Complete(), Rules: DefaultRules(now), Reader: news.Reader{Name: "Ann", Passed: passed}}
		if f := Fingerprint(clean); f != "" {
			p.Same = same[f]
			same[f]++
		}
		status, _, err := Judge(p, clean)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, status != news.CommentPublished)
	}
	return held
}

// TestLabelledComments reports what the rules of a new site do to comments that people
// labelled; the bounds are some way below what was measured.
func TestLabelledComments(t *testing.T) {
	var texts []string
	var spam []bool
	for _, r := range rows(t, "youtube-spam/Youtube01-Psy.csv", "label", "text") {
		// The copy's characters beyond ASCII are damaged.
		texts, spam = append(texts, strings.ToValidUTF8(strings.ReplaceAll(r["text"], "\ufffd", ""), "")), append(spam, r["label"] == "spam")
	}
	for _, passed := range []int{0, 5} {
		caught, wrong, all, good := 0, 0, 0, 0
		for i, held := range judged(t, texts, passed) {
			if spam[i] {
				all++
				if held {
					caught++
				} else if testing.Verbose() && passed == 0 && i%2 == 0 {
					t.Logf("missed: %s", texts[i])
				}
			} else {
				good++
				if held {
					wrong++
					if testing.Verbose() && passed == 0 && i%2 == 0 {
						t.Logf("wrongly held: %s", texts[i])
					}
				}
			}
		}
		t.Logf("spam, writers with %d comments shown: %d of %d caught, %d of %d good ones held", passed, caught, all, wrong, good)
		if passed == 0 && (caught*100 < all*70 || wrong*100 > good*15) {
			t.Errorf("%d of %d caught, %d of %d good ones held", caught, all, wrong, good)
		}
	}
	texts = nil
	for _, r := range rows(t, "sfu-ctc/dev.csv") {
		texts = append(texts, r["comment"])
	}
	for _, passed := range []int{0, 5} {
		wrong := 0
		for i, held := range judged(t, texts, passed) {
			if held {
				wrong++
				if testing.Verbose() && passed == 5 && i%2 == 0 {
					t.Logf("held: %.200s", texts[i])
				}
			}
		}
		t.Logf("newspaper comments, writers with %d shown: %d of %d held", passed, wrong, len(texts))
		if wrong*100 > len(texts)*8 {
			t.Errorf("%d of %d newspaper comments were held", wrong, len(texts))
		}
	}
}
