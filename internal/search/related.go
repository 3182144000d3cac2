package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"time"
)

const (
	relatedHalfLife = 30 * 24 * time.Hour // counted from the story's own date, not today's
	topicWeight     = 2.0                 // of a shared topic among telling words, whose weights are 1 to 4
	leastRelated    = 0.05                // of what a story has in common with itself; less is chance
)

// Related gives at most n documents that have most in common with the one called id, published before it, and the
// nearer in time the better; never itself. None for an unknown id.
func (x *Index) Related(ctx context.Context, id string, n int) ([]Related, error) {
	leave, err := x.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	x.cols.mu.RLock()
	defer x.cols.mu.RUnlock()
	i, ok := x.cols.byID[id]
	if !ok {
		return nil, ctx.Err()
	}
	r := &x.cols.records[i]
	return x.cols.related(r.id, r.published, r.telling, n), ctx.Err()
}

// RelatedTo is Related for a document that need not be in the index, such as a draft. One without a date is taken
// for published now.
func (x *Index) RelatedTo(ctx context.Context, d Document, n int) ([]Related, error) {
	leave, err := x.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if d.Published.IsZero() {
		d.Published = x.o.Now()
	}
	e := newEntry(d, x.o.Language)
	x.cols.mu.RLock()
	defer x.cols.mu.RUnlock()
	var told []telling
	for _, w := range e.telling {
		if i := x.cols.words.find(w.term); i >= 0 {
			told = append(told, telling{i, w.weight})
		}
	}
	for _, topic := range d.Topics {
		if i := x.cols.words.find(topicTerm(topic)); i >= 0 {
			told = append(told, telling{i, topicWeight})
		}
	}
	return x.cols.related(d.ID, e.published, told, n), ctx.Err()
}

// Topics are telling words of their own kind; a blank begins no term.
func topicTerm(topic string) string { return " " + topic }

// number gives telling words and topics as numbers; mu is held for writing.
func (c *columns) number(words []tellingWord, topics []string) []telling {
	told := make([]telling, 0, len(words)+len(topics))
	for _, w := range words {
		i := c.words.of(w.term)
		if int(i) == len(c.surface) {
			c.surface = append(c.surface, w.word)
		}
		told = append(told, telling{i, w.weight})
	}
	for _, topic := range topics {
		i := c.words.of(topicTerm(topic))
		if int(i) == len(c.surface) {
			c.surface = append(c.surface, topic)
		}
		if !slices.ContainsFunc(told, func(t telling) bool { return t.term == i }) {
			told = append(told, telling{i, topicWeight})
		}
	}
	return told
}

// rarity of a telling term: 0 when all documents have it.
func (c *columns) rarity(term int32) float64 {
	return math.Log(float64(1+len(c.records)) / float64(1+len(c.told[term])))
}

// length of told as a vector.
func length(told []telling) float64 {
	var sum float64
	for _, t := range told {
		sum += t.weight * t.weight
	}
	return math.Sqrt(sum)
}

// common is what a record has in common with the document asked about.
type common struct {
	score float32
	terms int32
}

// related scores every record that shares a telling term: the cosine of what both tell, rare terms counting more.
func (c *columns) related(id string, published int64, told []telling, n int) []Related {
	n = min(n, MaxLimit)
	if n <= 0 || len(told) == 0 {
		return nil
	}
	scores := make([]common, len(c.records))
	var self float64
	for _, t := range told {
		have := c.told[t.term]
		if len(c.records) > 200 && len(have) > len(c.records)/4 { // "said" tells nothing, and takes longest
			continue
		}
		rarity := c.rarity(t.term)
		weight := t.weight * rarity * rarity
		self += t.weight * weight
		for _, p := range have {
			scores[p.place].score += float32(weight) * p.weight
			scores[p.place].terms++
		}
	}
	least := float32(leastRelated * self / length(told))
	best := newTop(n)
	for i, s := range scores {
		if s.terms < 2 || s.score < least {
			continue
		}
		r := &c.records[i]
		if r.died != 0 || r.published >= published || r.id == id {
			continue
		}
		score := float64(s.score) * freshness(time.Duration(published-r.published)*time.Microsecond, relatedHalfLife)
		best.offer(ranked{place: int32(i), score: score, published: r.published, id: r.id})
	}
	var found []Related
	for _, b := range best.sorted() {
		topics, words := c.reasons(told, &c.records[b.place])
		found = append(found, Related{ID: b.id, Score: b.score, Topics: topics, Words: words})
	}
	return found
}

func (r *record) weightOf(term int32) float64 {
	for _, t := range r.telling {
		if t.term == term {
			return t.weight
		}
	}
	return 0
}

// reasons are the topics and the strongest words that both have.
func (c *columns) reasons(told []telling, r *record) (topics, words []string) {
	shared := make([]telling, 0, len(told))
	for _, t := range told {
		w := r.weightOf(t.term)
		switch {
		case w == 0:
		case strings.HasPrefix(c.words.text[t.term], " "):
			topics = append(topics, c.words.text[t.term][1:])
		default:
			rarity := c.rarity(t.term)
			shared = append(shared, telling{t.term, t.weight * w * rarity * rarity})
		}
	}
	slices.SortStableFunc(shared, func(a, b telling) int { return cmp.Compare(b.weight, a.weight) })
	for _, t := range shared[:min(len(shared), 3)] {
		words = append(words, c.surface[t.term])
	}
	return topics, words
}
