package search

import (
	"context"

	"dateline/internal/search/segment"
)

// A reworder changes one query's words by what one view of the index holds: whatever the lexicon remembers, nothing is
// proposed but what a document has that may be seen now.
type reworder struct {
	ctx   context.Context
	view  *segment.View
	words *lexicon
	known *known
	by    []speaker
}

// holds says whether any document has a word, in any of the ways in which documents make their words.
func (r *reworder) holds(word string) bool {
	wants := wordWants(word, r.by)
	if len(wants) != 1 {
		return false
	}
	for _, v := range wants[0].ways {
		if len(v.terms) != 1 {
			continue
		}
		// A file that cannot be read holds nothing that could be proposed; the search itself will say so.
		if df, err := r.view.Frequency(v.terms[0]); err == nil && df > 0 {
			return true
		}
	}
	return false
}

// holdsAll says whether any document has all of these, phrases or words.
func (r *reworder) holdsAll(wants []want) bool {
	if len(wants) == 0 {
		return false
	}
	res, err := r.view.Search(r.ctx, &segment.Query{Needed: clauses(wants), ByDate: true, N: 1})
	return err == nil && len(res.Hits) > 0
}

// holdsPhrase says whether any document has these words one after the other.
func (r *reworder) holdsPhrase(text string) bool {
	w, ok := phraseWant(text, r.by)
	return ok && r.holdsAll([]want{w})
}

// documentsOn counts the documents with a topic.
func (r *reworder) documentsOn(topic string) int {
	n, err := r.view.KeyFrequency(segment.Key{Column: byTopic, Key: topic})
	if err != nil {
		return 0
	}
	return n
}
