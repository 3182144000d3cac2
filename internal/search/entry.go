package search

import (
	"slices"
	"strings"
	"time"

	"dateline/internal/search/segment"
)

// An entry is what is kept of a document: for the index, and for the words beside it.
type entry struct {
	id    string
	doc   *segment.Document
	heard []heard
}

func newEntry(d Document, language string) *entry {
	if d.Language != "" {
		language = d.Language
	}
	e := &segment.Document{ID: d.ID, Date: dateOf(d.Published), Keys: make([][]string, columns)}
	e.Keys[bySection], e.Keys[byTopic], e.Keys[byAuthor] = keys(d.Section), keys(d.Topics...), keys(d.Authors...)
	by := speakerOf(language)
	e.Tokens = make([]segment.Token, 0, 64+len(d.Body)/5)
	tell, hear := newTeller(), newListener()
	for column, part := range []struct {
		field int
		text  string
	}{{inHeadline, d.Headline}, {inStandfirst, d.Standfirst}, {inBody, d.Body}, {inCaptions, d.Captions}, {inLabels, d.Labels}} {
		field, text := part.field, strings.ToValidUTF8(part.text, " ")
		position := uint32(0)
		analyse(text, &by, func(t token) {
			at := uint32(segment.NoPosition)
			if t.kind == place {
				at = position
				position++
			}
			e.Tokens = append(e.Tokens, segment.Token{Term: t.term, Field: uint8(field), Position: at})
			if t.kind == place && t.language != nil && !slices.Contains(e.Keys[bySpoken], t.language.code) {
				e.Keys[bySpoken] = append(e.Keys[bySpoken], t.language.code)
			}
			tell.hear(field, t, text)
			hear.hear(column, t, text)
		})
	}
	for _, w := range tell.words() {
		e.Own = append(e.Own, segment.OwnTerm{Term: w.term, Label: w.word, Weight: packWeight(w.weight)})
	}
	return &entry{id: d.ID, doc: e, heard: hear.words()}
}

// keys keeps the first of each that the index can hold.
func keys(list ...string) (kept []string) {
	for _, k := range list {
		if k != "" && len(k) <= segment.MaxKey && !slices.Contains(kept, k) {
			kept = append(kept, k)
		}
	}
	return kept
}

// dateOf is in microseconds; what has no date is the oldest of all but what was before 1970.
func dateOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
