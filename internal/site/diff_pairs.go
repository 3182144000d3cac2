package site

import (
	"strings"

	"dateline/internal/web"
)

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
	if 200*shared < web.LeastShared*all {
		return 0
	}
	return shared
}
