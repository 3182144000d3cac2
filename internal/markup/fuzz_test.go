package markup

import (
	"testing"
	"unicode/utf8"
)

// fuzzSize keeps single inputs quick; bounds are tried in patho_test.go.
const fuzzSize = 16 << 10

func FuzzParse(f *testing.F) {
	for _, s := range fragments {
		d, _ := FromMarkdown(s)
		b, _ := d.MarshalJSON()
		f.Add(b)
	}
	f.Add([]byte(`{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"em"},{"type":"span","attrs":{"lang":"iw","dir":"rtl"}}]}]}]}`))
	f.Add([]byte(`{"type":"doc","content":[{"type":"bullet_list","content":[{"type":"list_item","content":[{"type":"paragraph"},{"type":"table","content":[{"type":"table_row","content":[{"type":"table_header"}]}]}]}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Parse(b)
		if err != nil {
			return
		}
		checkDocument(t, d)
		again, _ := FromMarkdown(d.Markdown())
		checkDocument(t, again)
		if third, _ := FromMarkdown(again.Markdown()); !third.Equal(again) {
			t.Fatalf("Markdown does not settle: %q", again.Markdown())
		}
	})
}

func FuzzFromHTML(f *testing.F) {
	for _, s := range append(fragments, hostilePatterns...) {
		f.Add(s)
	}
	f.Add(`<figure><a href=x><img src=a alt=b><figcaption>c <small>d</small></figcaption></figure>`)
	f.Add(`<table><tr><td colspan=3>a<td rowspan=2>b<tr><th>c</table>`)
	f.Add(`<blockquote><p>a<br>— b</blockquote><iframe src=//youtube.com/embed/x></iframe>`)
	f.Add("<p>a<img src=x>b<div data-story=x-1></div><div data-card=/x></div><div data-table-caption=y>")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > fuzzSize {
			return
		}
		d, _ := FromHTML(s)
		checkDocument(t, d)
	})
}

func FuzzFromMarkdown(f *testing.F) {
	for _, s := range append(fragments, hostilePatterns...) {
		f.Add(s)
	}
	f.Add("> a\n> > b\n> — c\n\n1. x\n   - y\n\n     z\n")
	f.Add("| a | b |\n|:--|--:|\n| c \\| d | **e** |\n{{caption: f}}\n")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > fuzzSize {
			return
		}
		d, _ := FromMarkdown(s)
		checkDocument(t, d)
		if again, _ := FromMarkdown(d.Markdown()); !again.Equal(d) {
			t.Fatalf("%q becomes %q and does not come back", s, d.Markdown())
		}
	})
}

func FuzzClean(f *testing.F) {
	for _, s := range fragments {
		f.Add(s)
	}
	f.Add("\u202eabc\u202c\u2066x\u2069 \ufeff\u200b\u00ad e\u0301 \U0001F3F4\U000E0067\U000E007F")
	f.Add("https://[::1]:80/%zz#a#b")
	f.Add("http://xn--/\u0130@")
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) (string, error){"CleanLine": CleanLine, "CleanText": CleanText, "CleanURL": CleanURL} {
			once, err := clean(s)
			if err != nil {
				continue
			}
			if twice, err := clean(once); err != nil || twice != once || !utf8.ValidString(once) {
				t.Fatalf("%s(%q) = %q, and of that %q, %v", name, s, once, twice, err)
			}
		}
		checkComment(t, s)
		Dir(s)
	})
}
