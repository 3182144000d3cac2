package search

import (
	"slices"
	"sort"
	"strings"
)

// merged gives all words by key; mu is held.
func (x *lexicon) merged() []uint32 {
	tail := slices.Clone(x.recent)
	slices.SortFunc(tail, x.compareKeys)
	all := make([]uint32, 0, len(x.sorted)+len(tail))
	for i, j := 0, 0; i < len(x.sorted) || j < len(tail); {
		if j == len(tail) || i < len(x.sorted) && x.compareKeys(x.sorted[i], tail[j]) < 0 {
			all = append(all, x.sorted[i])
			i++
			continue
		}
		all = append(all, tail[j])
		j++
	}
	return all
}

func (x *lexicon) compareKeys(a, b uint32) int {
	return strings.Compare(x.key(&x.words[a]), x.key(&x.words[b]))
}

// beginning hands the number of every word whose key begins with prefix to do; mu is held.
func (x *lexicon) beginning(prefix string, do func(n uint32)) {
	i := sort.Search(len(x.sorted), func(i int) bool { return string(x.keyBytes(&x.words[x.sorted[i]])) >= prefix })
	for ; i < len(x.sorted) && strings.HasPrefix(string(x.keyBytes(&x.words[x.sorted[i]])), prefix); i++ {
		do(x.sorted[i])
	}
	for _, n := range x.recent {
		if strings.HasPrefix(string(x.keyBytes(&x.words[n])), prefix) {
			do(n)
		}
	}
}
