package site

import (
	"strings"
	"unicode"

	"dateline/internal/web"
)

// maxDiffWork bounds a comparison: cells of the table that finds what two
// texts have in common (4 bytes each). Beyond it a text counts as all new,
// which is true enough of two texts that differ so much.
const maxDiffWork = 4 << 20

// DiffWords compares two texts word by word, as far as a reader gains by it: where
// only a stray "the" stayed, the old words stand whole before the new ones.
func DiffWords(before, after string) []DiffRun {
	a, b := words(before), words(after)
	var out []DiffRun
	for _, s := range compare(a, b) {
		side := a[s.a0:s.a1]
		if s.op == DiffInsert {
			side = b[s.b0:s.b1]
		}
		out = append(out, DiffRun{s.op, strings.Join(side, "")})
	}
	return readable(out, len(before)+len(after))
}

// readable turns what a comparison found into what can be read.
func readable(runs []DiffRun, size int) []DiffRun {
	var hunks []web.Hunk
	for _, r := range runs {
		last := len(hunks) - 1
		switch {
		case r.Op == DiffKeep:
			hunks = append(hunks, web.Hunk{Keep: r.Text})
			continue
		case last < 0:
			hunks, last = append(hunks, web.Hunk{}), 0
		}
		if r.Op == DiffDelete {
			hunks[last].Gone += r.Text
		} else {
			hunks[last].Come += r.Text
		}
	}
	var out []DiffRun
	for _, h := range web.Readable(hunks, size) {
		for _, r := range []DiffRun{{DiffKeep, h.Keep}, {DiffDelete, h.Gone}, {DiffInsert, h.Come}} {
			if r.Text != "" {
				out = append(out, r)
			}
		}
	}
	return out
}

// DiffParagraphs compares two texts paragraph by paragraph, and what changed
// word by word. Paragraphs that stayed are left out, marked by one Skipped.
func DiffParagraphs(before, after []string) []ChangedParagraph {
	var out []ChangedParagraph
	steps := compare(before, after)
	for i := 0; i < len(steps); i++ {
		s := steps[i]
		if s.op == DiffKeep {
			out = append(out, ChangedParagraph{Skipped: true})
			continue
		}
		var gone, come []string
		if s.op == DiffDelete {
			gone = before[s.a0:s.a1]
			if i+1 < len(steps) && steps[i+1].op == DiffInsert {
				i++
				come = after[steps[i].b0:steps[i].b1]
			}
		} else {
			come = after[s.b0:s.b1]
		}
		for _, p := range pairUp(gone, come) {
			switch {
			case p.come < 0:
				out = append(out, ChangedParagraph{Runs: []DiffRun{{DiffDelete, gone[p.gone]}}})
			case p.gone < 0:
				out = append(out, ChangedParagraph{Runs: []DiffRun{{DiffInsert, come[p.come]}}})
			default:
				out = append(out, ChangedParagraph{Runs: DiffWords(gone[p.gone], come[p.come])})
			}
		}
	}
	if len(out) == 1 && out[0].Skipped {
		return nil
	}
	return out
}

// words splits a text into words and the spaces between them.
func words(s string) []string {
	var out []string
	start, space := 0, false
	for i, r := range s {
		if sp := unicode.IsSpace(r); i > start && sp != space {
			out = append(out, s[start:i])
			start, space = i, sp
		} else {
			space = sp
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// A step is a stretch that two lists share, or that one of them has alone.
type step struct {
	op             DiffOp
	a0, a1, b0, b1 int
}

// compare finds the steps from a to b over their longest common subsequence;
// a deletion stands before the insertion that replaces it.
func compare(a, b []string) []step {
	var steps []step
	add := func(op DiffOp, a0, a1, b0, b1 int) {
		if a0 < a1 || b0 < b1 {
			steps = append(steps, step{op, a0, a1, b0, b1})
		}
	}
	from := 0
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	endA, endB := len(a), len(b)
	for endA > from && endB > from && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	add(DiffKeep, 0, from, 0, from)
	n, m := endA-from, endB-from
	if n*m > maxDiffWork {
		add(DiffDelete, from, endA, from, from)
		add(DiffInsert, endA, endA, from, endB)
		add(DiffKeep, endA, len(a), endB, len(b))
		return steps
	}
	// length[i][j] is how much a[from+i:endA] and b[from+j:endB] share.
	length := make([]int32, (n+1)*(m+1))
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[from+i] == b[from+j] {
				length[i*(m+1)+j] = length[(i+1)*(m+1)+j+1] + 1
			} else {
				length[i*(m+1)+j] = max(length[(i+1)*(m+1)+j], length[i*(m+1)+j+1])
			}
		}
	}
	for i, j := 0, 0; i < n || j < m; {
		i0, j0 := i, j
		for i < n && j < m && a[from+i] == b[from+j] {
			i, j = i+1, j+1
		}
		add(DiffKeep, from+i0, from+i, from+j0, from+j)
		i0, j0 = i, j
		for (i < n || j < m) && !(i < n && j < m && a[from+i] == b[from+j]) {
			if j == m || i < n && length[(i+1)*(m+1)+j] >= length[i*(m+1)+j+1] {
				i++
			} else {
				j++
			}
		}
		add(DiffDelete, from+i0, from+i, from+j0, from+j0)
		add(DiffInsert, from+i, from+i, from+j0, from+j)
	}
	add(DiffKeep, endA, len(a), endB, len(b))
	return steps
}
