package newsroom

import (
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	show := func(s []span) string {
		var b strings.Builder
		for _, x := range s {
			switch x.Op {
			case "del":
				b.WriteString("[-" + x.Text + "]")
			case "ins":
				b.WriteString("[+" + x.Text + "]")
			default:
				b.WriteString(x.Text)
			}
		}
		return b.String()
	}
	for _, c := range []struct{ a, b, want string }{
		{"one two three", "one 2 three", "one [-two][+2] three"},
		{"", "new", "[+new]"},
		{"old", "", "[-old]"},
		{"same", "same", "same"},
		{"Am Montag kam er.", "Am Dienstag kam sie.", "Am [-Montag][+Dienstag] kam [-er][+sie]."},
		{"السفينة وصلت", "السفينة غادرت", "السفينة [-وصلت][+غادرت]"},
	} {
		if got := show(diff(c.a, c.b)); got != c.want {
			t.Errorf("from %q to %q: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

func FuzzDiff(f *testing.F) {
	f.Add("one two three", "one 2 three")
	f.Add("a\xffb", "a b")
	f.Fuzz(func(t *testing.T, a, b string) {
		var was, is strings.Builder
		for _, s := range diff(a, b) {
			if s.Op != "ins" {
				was.WriteString(s.Text)
			}
			if s.Op != "del" {
				is.WriteString(s.Text)
			}
		}
		if was.String() != a || is.String() != b {
			t.Errorf("%q and %q became %q and %q", a, b, was.String(), is.String())
		}
	})
}

func BenchmarkDiffLong(b *testing.B) {
	x := strings.Repeat("word after word ", 5000)
	y := strings.Repeat("other after word ", 5000)
	for b.Loop() {
		diff(x, y)
	}
}
