package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"dateline/internal/search/segment"
)

// Related gives at most n documents that have most in common with the one called id, published before it, and the
// nearer in time the better; never itself. None for an unknown id.
func (x *Index) Related(ctx context.Context, id string, n int) ([]Related, error) {
	v, err := x.view(ctx)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	d, ok, err := v.Document(id)
	if err != nil {
		return nil, x.fail("find related", err)
	}
	if !ok {
		return nil, ctx.Err()
	}
	return x.related(ctx, v, id, d.Date, subjectOf(&d), n)
}

// RelatedTo is Related for a document that need not be in the index, such as a draft. One without a date is taken
// for published now.
func (x *Index) RelatedTo(ctx context.Context, d Document, n int) ([]Related, error) {
	v, err := x.view(ctx)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	if d.Published.IsZero() {
		d.Published = x.o.Now()
	}
	e := newEntry(d, x.o.Language).doc
	return x.related(ctx, v, d.ID, e.Date, subjectOf(&segment.Found{Keys: e.Keys, Own: e.Own}), n)
}

// A subject is what the document asked about tells, as a vector: its telling words and then its topics, with their
// weights. Rarity is 0 for what is too common to tell anything.
type subject struct {
	words  []segment.OwnTerm
	topics []string
	weight []float64
	rarity []float64
}

func subjectOf(d *segment.Found) *subject {
	s := &subject{words: d.Own, topics: d.Keys[byTopic]}
	for _, w := range s.words {
		s.weight = append(s.weight, float64(w.Weight)/weightUnit)
	}
	for range s.topics {
		s.weight = append(s.weight, topicWeight)
	}
	return s
}

// terms of the index that stand for what the subject tells.
func (s *subject) terms() (terms []string) {
	for _, w := range s.words {
		terms = append(terms, w.Term)
	}
	for _, topic := range s.topics {
		terms = append(terms, segment.Key{Column: byTopic, Key: topic}.Term())
	}
	return terms
}

// Candidates are compared in full; the index finds them by the words they have anywhere.
const relatedCandidates = 60

func (x *Index) related(ctx context.Context, v *segment.View, id string, published int64, s *subject, n int) ([]Related, error) {
	n = min(n, MaxLimit)
	if n <= 0 || len(s.weight) == 0 {
		return nil, ctx.Err()
	}
	q := &segment.Query{N: n + relatedCandidates, From: math.MinInt64, To: published, Loose: true}
	total := float64(v.Len())
	terms := s.terms()
	for i, term := range terms {
		df, err := v.Frequency(term)
		if err != nil {
			return nil, x.fail("find related", err)
		}
		// Never 0, or two stories alike had nothing in common.
		rarity := math.Log1p((total - float64(df) + 0.5) / (float64(df) + 0.5))
		if total > 200 && float64(df) > total/4 { // "said" tells nothing, and takes longest
			rarity = 0
		} else {
			way := segment.Way{Terms: []string{term}, Weight: s.weight[i] * rarity}
			q.Any = append(q.Any, segment.Clause{Ways: []segment.Way{way}})
		}
		s.rarity = append(s.rarity, rarity)
	}
	if len(q.Any) == 0 {
		return nil, ctx.Err()
	}
	q.Recency = func(date int64) float64 {
		return freshness(time.Duration(published-date)*time.Microsecond, relatedHalfLife)
	}
	found, err := v.Search(ctx, q)
	if err != nil {
		return nil, x.fail("find related", err)
	}
	best, err := s.nearest(v.Compare(terms[:len(s.words)]), found.Hits, id, q.Recency, n)
	if err == nil {
		err = s.label(v, best)
	}
	if err != nil {
		return nil, x.fail("find related", err)
	}
	return best, nil
}

// nearest orders hits by the cosine of what both tell, rare terms counting more, and by age.
func (s *subject) nearest(c *segment.Comparer, hits []segment.Hit, id string, recency func(int64) float64, n int) ([]Related, error) {
	var self, length float64
	for i, w := range s.weight {
		self += w * w * s.rarity[i] * s.rarity[i]
		length += w * w
	}
	least := leastRelated * self / math.Sqrt(length)
	type dated struct {
		Related
		date int64
	}
	var all []dated
	weights := make([]uint8, len(s.words))
	for i := range hits {
		h := &hits[i]
		if h.ID == id {
			continue
		}
		squares, err := c.Own(h, weights)
		if err != nil {
			return nil, err
		}
		topics, err := c.Keys(h, byTopic)
		if err != nil {
			return nil, err
		}
		r := dated{Related{ID: h.ID}, h.Date}
		shared := s.common(&r.Related, weights, topics)
		length := float64(squares)/(weightUnit*weightUnit) + topicWeight*topicWeight*float64(len(topics))
		if r.Score /= math.Sqrt(length); shared < 2 || !(r.Score >= least) {
			continue
		}
		r.Score *= recency(h.Date)
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b dated) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.date, a.date), cmp.Compare(a.ID, b.ID))
	})
	var best []Related
	for _, r := range all[:min(n, len(all))] {
		best = append(best, r.Related)
	}
	return best, nil
}

// common adds up what r, with these weights of the subject's words and these topics, has in common with it, notes the
// topics and the terms of the strongest words, and gives how many there are.
func (s *subject) common(r *Related, weights []uint8, topics []string) (shared int) {
	type reason struct {
		term  string
		worth float64
	}
	var reasons []reason
	for i, w := range weights {
		if worth := s.weight[i] * float64(w) / weightUnit * s.rarity[i] * s.rarity[i]; worth > 0 {
			r.Score += worth
			shared++
			reasons = append(reasons, reason{s.words[i].Term, worth})
		}
	}
	for i, topic := range s.topics {
		if slices.Contains(topics, topic) {
			rarity := s.rarity[len(s.words)+i]
			r.Score += topicWeight * topicWeight * rarity * rarity
			r.Topics = append(r.Topics, topic)
			shared++
		}
	}
	slices.SortFunc(reasons, func(a, b reason) int { return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.term, b.term)) })
	for _, x := range reasons[:min(len(reasons), 3)] {
		r.Words = append(r.Words, x.term)
	}
	return shared
}

// label writes words as they stood in the document found, in place of their terms.
func (s *subject) label(v *segment.View, found []Related) error {
	for _, r := range found {
		d, ok, err := v.Document(r.ID)
		if err != nil {
			return err
		}
		for i, term := range r.Words {
			for _, list := range [][]segment.OwnTerm{s.words, d.Own} {
				at := slices.IndexFunc(list, func(t segment.OwnTerm) bool { return t.Term == term })
				if ok && at >= 0 && list[at].Label != "" {
					r.Words[i] = list[at].Label
				}
			}
		}
	}
	return nil
}
