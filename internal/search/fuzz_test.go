package search

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var seeds = []string{
	"", "harbour", `"second day" -wall`, "COVID-19 U.S.'s O’Brien l'Élysée 1,000,000", "İSTANBUL'DA ﬁ ½ Ǆ ß ẞ", "\xff\xfe\x00\"",
	"العـــربية وَالرئيس ٢٠٢٦", `צה"ל שֶׁהממשלה`, "东京都知事选举ｶﾞｽ서울", "กรุงเทพ दिल्ली", "a.b.c-d'e&f", "\u200c\u00ad\u0301", "-\"", "'s", "-a-", "1'2.3,444",
}

// FuzzAnalyse: terms are what the ascii tokenizer leaves alone, and stand for ranges of the text in order.
func FuzzAnalyse(f *testing.F) {
	for _, s := range seeds {
		for _, language := range []string{"en", "fr", "tr", "ar", "he", "ru", "zh", "ta", "x-unknown"} {
			f.Add(s, language)
		}
	}
	f.Fuzz(func(t *testing.T, text, language string) {
		text = strings.ToValidUTF8(text, " ")
		by := speakerOf(language)
		last, tokens := 0, 0
		analyse(text, &by, func(tok token) {
			tokens++
			if tok.term == "" || len(tok.term) > 2*longest || !utf8.ValidString(tok.term) {
				t.Fatalf("term %q of %q", tok.term, text)
			}
			for _, r := range tok.term {
				if r < 128 && classOf(r) == none {
					t.Fatalf("term %q of %q holds %q", tok.term, text, r)
				}
			}
			if tok.start < 0 || tok.end <= tok.start || tok.end > len(text) {
				t.Fatalf("term %q stands for %d–%d of %d bytes", tok.term, tok.start, tok.end, len(text))
			}
			if tok.kind == place && tok.start < last {
				t.Fatalf("term %q of %q begins at %d, the one before at %d", tok.term, text, tok.start, last)
			}
			if tok.kind == place {
				last = tok.start
			}
		})
		if tokens > 4*len(text) {
			t.Fatalf("%d terms of %d bytes", tokens, len(text))
		}
	})
}

// FuzzSearch: FTS5 takes whatever is made of a query, and what was indexed as it is typed is found by it.
func FuzzSearch(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	x, err := Open(filepath.Join(f.TempDir(), "search.db"), Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { x.Close() })
	var docs []Document
	for i, language := range []string{"en", "tr", "ar", "he", "ru", "zh"} {
		docs = append(docs, Document{ID: language, Language: language, Headline: seeds[i+1], Body: strings.Join(seeds, " ")})
	}
	if err := x.Fill(context.Background(), docs); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := x.Search(context.Background(), Query{Text: text}); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// FuzzHighlight: marks are ranges of the text they come with, apart from each other and not inside a character.
func FuzzHighlight(f *testing.F) {
	for i, s := range seeds {
		f.Add(s, "en", seeds[(i+1)%len(seeds)])
		f.Add(strings.Repeat(s+" ", 40), "tr", s)
		f.Add(s, "zh", s)
	}
	f.Fuzz(func(t *testing.T, text, language, q string) {
		for _, frag := range append(Highlight(text, language, q, 3), Mark(text, language, q)) {
			if !utf8.ValidString(frag.Text) {
				t.Fatalf("fragment %q", frag.Text)
			}
			at := 0
			for _, m := range frag.Marks {
				if m.Start < at || m.End <= m.Start || m.End > len(frag.Text) || !utf8.ValidString(frag.Text[m.Start:m.End]) {
					t.Fatalf("marks %v in %q", frag.Marks, frag.Text)
				}
				at = m.End
			}
		}
	})
}
