package archive

import (
	"slices"
	"strings"
	"unicode/utf8"

	"dateline/internal/markup"
)

const (
	maxExample = 120 // bytes
	maxKinds   = 100 // of notes per tally; an export can invent names without end
)

// A tally counts what was mended or dropped, in the order of first sight, with
// the first example of each.
type tally struct {
	notes []Notice
}

func (t *tally) add(what, example string, line int) { t.addN(what, 1, example, line) }

func (t *tally) addN(what string, n int, example string, line int) {
	i := slices.IndexFunc(t.notes, func(n Notice) bool { return n.What == what })
	if i < 0 {
		if i = len(t.notes); i >= maxKinds {
			return
		}
		t.notes = append(t.notes, Notice{What: what, Example: clip(example, maxExample), Line: line})
	}
	t.notes[i].Count += n
}

// report adds what a tally counted to a story's report.
func (t *tally) report(r markup.Report) markup.Report {
	for _, n := range t.notes {
		r = append(r, markup.Change{What: n.What, Count: n.Count, Example: n.Example})
	}
	return r
}

// clip shortens s to at most n bytes of valid UTF-8.
func clip(s string, n int) string {
	if len(s) > n {
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s = s[:n] + "…"
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
