package search

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"dateline/internal/search/segment"
)

const maxFacets = 20 // of a kind

// facets orders what was counted.
func facets(found segment.Results, y years) Facets {
	var f Facets
	for column, list := range []*[]Count{bySection: &f.Sections, byTopic: &f.Topics, byAuthor: &f.Authors} {
		*list = mostCounted(found.Keys[column])
	}
	for i, n := range found.Spans {
		if n > 0 && y.names[i] != "" && len(f.Years) < maxFacets {
			f.Years = append(f.Years, Count{y.names[i], n})
		}
	}
	return f
}

// mostCounted orders the first few; sorting all of a thousand topics would take longer than the search.
func mostCounted(all []segment.Count) (most []Count) {
	compare := func(a, b Count) int { return cmp.Or(b.N-a.N, cmp.Compare(a.Key, b.Key)) }
	for _, c := range all {
		if len(most) == maxFacets && compare(Count(c), most[maxFacets-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(most, Count(c), compare)
		if len(most) == maxFacets {
			most = most[:maxFacets-1]
		}
		most = slices.Insert(most, at, Count(c))
	}
	return most
}

// years are spans of dates, the latest first, with their names; what has no name is not counted.
type years struct {
	bounds []int64
	names  []string
}

const maxYears = 400 // that are told apart; news has no use for more

// yearsOf all documents.
func yearsOf(v *segment.View) (y years) {
	newest, oldest, ok := v.Dates()
	if !ok {
		return years{}
	}
	year := time.UnixMicro(newest).UTC().Year()
	begin := func(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() }
	y.bounds = append(y.bounds, begin(year+1))
	for ; len(y.names) < maxYears && y.bounds[len(y.bounds)-1] > oldest; year-- {
		name := strconv.Itoa(year)
		if from := begin(year); from == 0 { // what has no date is not of 1970
			y.bounds = append(y.bounds, 1, 0)
			y.names = append(y.names, name, "")
		} else {
			y.bounds = append(y.bounds, from)
			y.names = append(y.names, name)
		}
	}
	return y
}
