package search

import (
	"slices"
	"strings"
	"testing"
)

// bracketed shows marks as [ and ].
func bracketed(f Fragment) string {
	var b strings.Builder
	at := 0
	for _, m := range f.Marks {
		b.WriteString(f.Text[at:m.Start] + "[" + f.Text[m.Start:m.End] + "]")
		at = m.End
	}
	return b.String() + f.Text[at:]
}

func TestMark(t *testing.T) {
	for _, tt := range []struct{ language, text, q, want string }{
		{"en", "Harbours close; the harbour's closing", "harbour", "[Harbours] close; the [harbour]'s closing"},
		{"en", "U.S. and us", "US", "[U.S]. and [us]"},
		{"en", "COVID-19, Covid19, covid 19, covid", "covid-19", "[COVID-19], [Covid19], [covid 19], covid"},
		{"en", "By e-mail or email", "email", "By [e-mail] or [email]"},
		{"en", "second day, day second", `"second day"`, "[second day], day second"},
		{"en", "the harbour", "the harbour", "the [harbour]"},
		{"en", "Harbour without", "harbour -without", "[Harbour] without"},
		{"en", "nothing here", "harbour", "nothing here"},
		{"en", "  two\n\t lines ", "lines", "two [lines]"},
		{"en", "", "x", ""},
		{"en", "bad \xff utf", "utf", "bad [utf]"},
		{"tr", "Erdoğan İstanbul'da", "erdogan istanbul", "[Erdoğan] [İstanbul]'da"},
		{"he", "הממשלה בירושלים", "ירושלים", "הממשלה [בירושלים]"},
		{"ar", "الرئيس الكاظمي", "كاظمي", "الرئيس [الكاظمي]"},
		{"zh", "东京都知事选举", "知事选举", "东京都[知事选举]"},
		{"zh", "东京都知事选举", "京", "东[京]都知事选举"},
		{"ja", "ガスとｶﾞｽ", "ガス", "[ガス]と[ｶﾞｽ]"},
		{"de", "Müller und Mueller", "mueller", "[Müller] und [Mueller]"},
	} {
		if got := bracketed(Mark(tt.text, tt.language, tt.q)); got != tt.want {
			t.Errorf("%s in %q: %q, want %q", tt.q, tt.text, got, tt.want)
		}
	}
}

func TestHighlight(t *testing.T) {
	filler := strings.Repeat("Nothing of note happened on the way. ", 20)
	text := "The council met on Monday. " + filler + "Then the harbour wall broke and the whole harbour was lost. " + filler +
		"A wall fell elsewhere. " + filler + "The harbour again."
	var got []string
	for _, f := range Highlight(text, "en", "harbour wall", 2) {
		got = append(got, bracketed(f))
	}
	want := []string{
		"…Then the [harbour] [wall] broke and the whole [harbour] was lost. Nothing of note happened on the way. Nothing of note happened on the way. Nothing of note happened on the way. Nothing…",
		"…A [wall] fell elsewhere. Nothing of note happened on the way. Nothing of note happened on the way. Nothing of note happened on the way. Nothing of note happened on the way. Nothing…",
	}
	if !slices.Equal(got, want) {
		t.Errorf("fragments:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := Highlight(text, "en", "zeppelin", 2); got != nil {
		t.Errorf("fragments without a find: %v", got)
	}
	chinese := strings.Repeat("他们在北京开会讨论经济问题", 100)
	for _, f := range Highlight(chinese, "zh", "经济", 3) {
		if n := len([]rune(f.Text)); n > 2*fragmentRunes || len(f.Marks) == 0 {
			t.Errorf("a fragment of %d characters with %d marks", n, len(f.Marks))
		}
	}
}
