package search

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"dateline/internal/search/segment"
)

// Search answers q from what was in the index when it began. What a reader typed is never an error; a context that
// ended and a damaged file are, and ErrCursor.
func (x *Index) Search(ctx context.Context, q Query) (Results, error) {
	asOf, after, err := x.begin(q)
	if err != nil {
		return Results{}, err
	}
	if after != nil {
		q.Offset = 0
	}
	v, err := x.view(ctx)
	if err != nil {
		return Results{}, err
	}
	defer v.Close()
	var res Results
	a := x.reword(ctx, v, q, x.speakers(v), &res)
	if a.empty() && strings.TrimSpace(q.Text) != "" {
		return res, ctx.Err()
	}
	limit, offset := page(q)
	s := x.question(q, &a, asOf)
	if s.After, err = x.now(ctx, v, s, after); err != nil {
		return Results{}, err
	}
	s.N = offset + limit + 1 // the one more tells whether there is a next page
	var years years
	if !q.HitsOnly {
		years = yearsOf(v)
		s.Count, s.Spans = true, years.bounds
		s.Columns = []bool{bySection: true, byTopic: true, byAuthor: true, bySpoken: false}
	}
	found, err := v.Search(ctx, s)
	if err != nil {
		return Results{}, x.fail("search", err)
	}
	if !q.HitsOnly {
		res.Total, res.AllWords, res.Facets = found.Total, found.All, facets(found, years)
	}
	hits := found.Hits[min(offset, len(found.Hits)):]
	if len(hits) > limit {
		hits = hits[:limit]
		res.Next = cursor{asOf, hits[limit-1]}.String()
	}
	for _, h := range hits {
		res.Hits = append(res.Hits, Hit{ID: h.ID, Score: h.Score})
	}
	return res, nil
}

func page(q Query) (limit, offset int) {
	limit = min(q.Limit, MaxLimit)
	if limit <= 0 {
		limit = 20
	}
	return limit, min(max(q.Offset, 0), MaxOffset)
}

// question puts q and its words as the index understands them, and has documents age up to asOf.
func (x *Index) question(q Query, a *ask, asOf int64) *segment.Query {
	s := &segment.Query{Any: clauses(a.words), Needed: clauses(a.needed), Unwanted: clauses(a.unwanted)}
	for column, key := range []string{bySection: q.Section, byTopic: q.Topic, byAuthor: q.Author} {
		if key != "" {
			s.Keys = append(s.Keys, segment.Key{Column: column, Key: key[:min(len(key), segment.MaxKey+1)]})
		}
	}
	if !q.From.IsZero() || !q.To.IsZero() {
		s.From, s.To = math.MinInt64, math.MaxInt64
		if !q.From.IsZero() {
			s.From = q.From.UnixMicro()
		}
		if !q.To.IsZero() {
			s.To = q.To.UnixMicro()
		}
	}
	if s.ByDate = q.Sort == Newest || len(a.words)+len(a.needed) == 0; !s.ByDate {
		s.Recency = func(date int64) float64 {
			return freshness(time.Duration(asOf-date)*time.Microsecond, x.o.HalfLife)
		}
	}
	return s
}

// Languages that a word of one script is looked for in; more than that many in one newsroom share its commonest.
const maxSpeakers = 6

// speakers are the ways in which documents in the index make their words: the site's own language first.
func (x *Index) speakers(v *segment.View) []speaker {
	codes := v.Keys(bySpoken)
	first := speakerOf(x.o.Language)
	var spoken [scripts][]*language
	for s := range spoken {
		if slices.Contains(codes, first[s].code) {
			spoken[s] = append(spoken[s], first[s])
		}
		for _, code := range codes {
			if l := languages[code]; l != nil && l.script == script(s) && l != first[s] && len(spoken[s]) < maxSpeakers {
				spoken[s] = append(spoken[s], l)
			}
		}
		if spoken[s] == nil {
			spoken[s] = append(spoken[s], first[s])
		}
	}
	n := 1
	for _, list := range spoken {
		n = max(n, len(list))
	}
	by := make([]speaker, n)
	for i := range by {
		for s, list := range spoken {
			by[i][s] = list[min(i, len(list)-1)]
		}
	}
	return by
}
