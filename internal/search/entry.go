package search

import (
	"slices"
	"strings"
)

// An entry is a document as the index keeps it.
type entry struct {
	row       int64
	id        string
	published int64 // microseconds
	section   string
	topics    []string
	authors   []string
	telling   []tellingWord
	spoken    []string  // codes of the languages whose words it has
	words     [5]string // terms in the columns' order
	more      string
	heard     []heard
}

func newEntry(d Document, language string) *entry {
	if d.Language != "" {
		language = d.Language
	}
	e := &entry{id: d.ID, section: d.Section, topics: d.Topics, authors: d.Authors}
	if !d.Published.IsZero() {
		e.published = d.Published.UnixMicro()
	}
	by := speakerOf(language)
	var words, more strings.Builder
	tell, hear := newTeller(), newListener()
	for i, text := range []string{d.Headline, d.Standfirst, d.Body, d.Captions, d.Labels} {
		text = strings.ToValidUTF8(text, " ")
		words.Reset()
		analyse(text, &by, func(t token) {
			b := &words
			if t.kind != place {
				b = &more
			}
			b.WriteString(t.term)
			b.WriteByte(' ')
			if t.language != nil && !slices.Contains(e.spoken, t.language.code) {
				e.spoken = append(e.spoken, t.language.code)
			}
			tell.hear(i, t, text)
			hear.hear(i, t, text)
		})
		e.words[i] = strings.Clone(words.String())
	}
	e.more = more.String()
	e.telling = tell.words()
	e.heard = hear.words()
	return e
}
