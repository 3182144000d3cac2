package search

import "dateline/internal/search/segment"

// clauses are wants as the index understands them.
func clauses(wants []want) []segment.Clause {
	list := make([]segment.Clause, len(wants))
	for i, w := range wants {
		for _, v := range w.ways {
			list[i].Ways = append(list[i].Ways, segment.Way{Terms: v.terms, Prefix: v.prefix, Weight: v.weight})
		}
	}
	return list
}
