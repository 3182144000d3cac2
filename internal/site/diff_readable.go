package site

import "strings"

// A hunk is what was kept, and what replaced what after it.
type hunk struct{ keep, gone, come string }

// leastShared is how much of two texts must be the same, in a hundred of
// both, for them to be shown mixed and not one after the other.
const leastShared = 30

// readable makes one change of several that little holds apart: a space, or kept
// words no longer than the changes on both their sides. Whole sentences, before and
// after, can be read; words shuffled together cannot. size is the length of both texts.
func readable(runs []DiffRun, size int) []DiffRun {
	var hunks []hunk
	for _, r := range runs {
		last := len(hunks) - 1
		switch {
		case r.Op == DiffKeep:
			hunks = append(hunks, hunk{keep: r.Text})
			continue
		case last < 0:
			hunks, last = append(hunks, hunk{}), 0
		}
		if r.Op == DiffDelete {
			hunks[last].gone += r.Text
		} else {
			hunks[last].come += r.Text
		}
	}
	var done []hunk
	kept := 0
	for _, h := range hunks {
		// A change that grew may swallow what stands before it too.
		for len(done) > 0 && h.island(done[len(done)-1]) {
			was := done[len(done)-1]
			done = done[:len(done)-1]
			kept -= len(was.keep)
			h = hunk{was.keep, was.gone + h.keep + h.gone, was.come + h.keep + h.come}
		}
		done = append(done, h)
		kept += len(h.keep)
	}
	if len(done) > 1 && 200*kept < leastShared*size {
		whole := hunk{}
		for _, h := range done {
			whole.gone += h.keep + h.gone
			whole.come += h.keep + h.come
		}
		done = []hunk{whole}
	}
	// A space that both have at an edge is not struck through and underlined.
	for i := range done {
		h := &done[i]
		for ; sameSpace(h.gone, h.come, 0); h.gone, h.come = h.gone[1:], h.come[1:] {
			h.keep += " "
		}
		for ; i+1 < len(done) && sameSpace(h.gone, h.come, -1); h.gone, h.come = h.gone[:len(h.gone)-1], h.come[:len(h.come)-1] {
			done[i+1].keep = " " + done[i+1].keep
		}
	}
	var out []DiffRun
	for _, h := range done {
		for _, r := range []DiffRun{{DiffKeep, h.keep}, {DiffDelete, h.gone}, {DiffInsert, h.come}} {
			if r.Text != "" {
				out = append(out, r)
			}
		}
	}
	return out
}

// sameSpace tells whether two texts both begin, or end at -1, with a space.
func sameSpace(a, b string, at int) bool {
	if at < 0 {
		return strings.HasSuffix(a, " ") && strings.HasSuffix(b, " ")
	}
	return strings.HasPrefix(a, " ") && strings.HasPrefix(b, " ")
}

// island tells whether what h keeps is too little to hold its change apart from the
// one before.
func (h hunk) island(before hunk) bool {
	change := max(len(h.gone), len(h.come))
	if change == 0 || before.gone+before.come == "" {
		return false
	}
	return strings.TrimSpace(h.keep) == "" || len(h.keep) <= min(change, max(len(before.gone), len(before.come)))
}

// A pair names a paragraph that went and the one that came in its place, by their
// numbers; -1 where there is none.
type pair struct{ gone, come int }

// mostPairs bounds how many paragraphs are held against each other; beyond it they
// belong together in their order.
const mostPairs = 4000

// pairUp finds which paragraphs are versions of each other, in order, so that the most
// words stay; what resembles nothing stands alone.
func pairUp(gone, come []string) []pair {
	n, m := len(gone), len(come)
	var out []pair
	if n*m > mostPairs {
		for i := range max(n, m) {
			p := pair{i, i}
			if i >= n {
				p.gone = -1
			}
			if i >= m {
				p.come = -1
			}
			out = append(out, p)
		}
		return out
	}
	was, is := make([]map[string]int, n), make([]map[string]int, m)
	for i, s := range gone {
		was[i] = count(s)
	}
	for j, s := range come {
		is[j] = count(s)
	}
	best := make([][]int, n+1) // of gone[i:] and come[j:]
	alike := make([][]int, n)
	best[n] = make([]int, m+1)
	for i := n - 1; i >= 0; i-- {
		best[i], alike[i] = make([]int, m+1), make([]int, m)
		for j := m - 1; j >= 0; j-- {
			alike[i][j] = resemblance(was[i], is[j])
			best[i][j] = max(best[i+1][j], best[i][j+1], best[i+1][j+1]+alike[i][j])
		}
	}
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && alike[i][j] > 0 && best[i][j] == best[i+1][j+1]+alike[i][j]:
			out = append(out, pair{i, j})
			i, j = i+1, j+1
		case i < n && (j == m || best[i][j] == best[i+1][j]):
			out = append(out, pair{i, -1})
			i++
		default:
			out = append(out, pair{-1, j})
			j++
		}
	}
	return out
}

// count counts the words of a text.
func count(s string) map[string]int {
	out := map[string]int{}
	for _, w := range strings.Fields(s) {
		out[w]++
	}
	return out
}

// resemblance is how many words two texts share, and nothing where that is little of
// both of them.
func resemblance(a, b map[string]int) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	shared, all := 0, 0
	for w, n := range a {
		shared += min(n, b[w])
		all += n
	}
	for _, n := range b {
		all += n
	}
	if 200*shared < leastShared*all {
		return 0
	}
	return shared
}
