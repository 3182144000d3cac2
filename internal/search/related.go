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
	return x.related(ctx, v, id, d.Date, profileOf(&d), n)
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
	return x.related(ctx, v, d.ID, e.Date, profileOf(&segment.Found{Keys: e.Keys, Own: e.Own}), n)
}

// A profile is what tells most of a document, each with its weight.
type profile struct {
	words  map[string]segment.OwnTerm
	topics []string
}

func profileOf(d *segment.Found) profile {
	p := profile{words: make(map[string]segment.OwnTerm, len(d.Own)), topics: d.Keys[byTopic]}
	for _, t := range d.Own {
		p.words[t.Term] = t
	}
	return p
}

func weightOf(t segment.OwnTerm) float64 { return float64(t.Weight) / weightUnit }

// length as a vector.
func (p *profile) length() float64 {
	sum := topicWeight * topicWeight * float64(len(p.topics))
	for _, t := range p.words {
		sum += weightOf(t) * weightOf(t)
	}
	return math.Sqrt(sum)
}

// Candidates are compared in full; the index finds them by the words they have anywhere.
const relatedCandidates = 60

func (x *Index) related(ctx context.Context, v *segment.View, id string, published int64, p profile, n int) ([]Related, error) {
	n = min(n, MaxLimit)
	if n <= 0 || len(p.words)+len(p.topics) == 0 {
		return nil, ctx.Err()
	}
	c := comparison{of: p, rarity: make(map[string]float64, len(p.words)+len(p.topics))}
	q := &segment.Query{N: n + relatedCandidates, From: math.MinInt64, To: published}
	total := float64(v.Len())
	add := func(term string, df int, weight float64, clause segment.Clause) {
		if total > 200 && float64(df) > total/4 { // "said" tells nothing, and takes longest
			return
		}
		rarity := math.Log1p((total - float64(df) + 0.5) / (float64(df) + 0.5)) // never 0, or two stories alike had nothing in common
		c.rarity[term] = rarity * rarity
		c.self += weight * weight * rarity * rarity
		clause.Ways[0].Weight = weight * rarity
		q.Any = append(q.Any, clause)
	}
	for term, t := range p.words {
		df, err := v.Frequency(term)
		if err != nil {
			return nil, x.fail("find related", err)
		}
		add(term, df, weightOf(t), segment.Clause{Ways: []segment.Way{{Terms: []string{term}}}})
	}
	for _, topic := range p.topics {
		k := segment.Key{Column: byTopic, Key: topic}
		df, err := v.KeyFrequency(k)
		if err != nil {
			return nil, x.fail("find related", err)
		}
		add(topicTerm(topic), df, topicWeight, segment.Clause{Ways: []segment.Way{{Terms: []string{k.Term()}}}})
	}
	q.Recency = func(date int64) float64 {
		return freshness(time.Duration(published-date)*time.Microsecond, relatedHalfLife)
	}
	found, err := v.Search(ctx, q)
	if err != nil {
		return nil, x.fail("find related", err)
	}
	return c.best(v, found.Hits, id, q.Recency, n)
}

// Topics are telling words of their own kind; a blank begins no term.
func topicTerm(topic string) string { return " " + topic }

// A comparison holds a document against others: the cosine of what both tell, rare terms counting more.
type comparison struct {
	of     profile
	rarity map[string]float64 // squared
	self   float64            // what it has in common with itself
}

func (c *comparison) best(v *segment.View, hits []segment.Hit, id string, recency func(int64) float64, n int) ([]Related, error) {
	least := leastRelated * c.self / c.of.length()
	type dated struct {
		Related
		date int64
	}
	var all []dated
	for _, h := range hits {
		if h.ID == id {
			continue
		}
		d, ok, err := v.Document(h.ID)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		r, shared := c.with(profileOf(&d))
		if shared < 2 || r.Score < least {
			continue
		}
		r.ID = h.ID
		r.Score *= recency(d.Date)
		all = append(all, dated{r, d.Date})
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

// with another document: how much they have in common, and the topics and the strongest words that both have.
func (c *comparison) with(p profile) (r Related, shared int) {
	type reason struct {
		term, word string
		weight     float64
	}
	var reasons []reason
	length := p.length()
	for term, t := range c.of.words {
		if o, ok := p.words[term]; ok && c.rarity[term] > 0 {
			w := weightOf(t) * weightOf(o) * c.rarity[term]
			r.Score += w / length
			shared++
			reasons = append(reasons, reason{term, cmp.Or(o.Label, t.Label, term), w})
		}
	}
	for _, topic := range c.of.topics {
		if slices.Contains(p.topics, topic) {
			r.Score += topicWeight * topicWeight * c.rarity[topicTerm(topic)] / length
			r.Topics = append(r.Topics, topic)
			shared++
		}
	}
	slices.SortFunc(reasons, func(a, b reason) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.term, b.term)) })
	for _, w := range reasons[:min(len(reasons), 3)] {
		r.Words = append(r.Words, w.word)
	}
	return r, shared
}
