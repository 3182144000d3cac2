package search

import "strings"

// Expressions in FTS5's language. Terms hold only letters, digits and marks, and stand in quotation marks, so nothing
// that a reader typed is ever syntax.

// match is what an ask looks like to FTS5.
type match struct {
	all  string // has all words
	some string // has any of them; the same as all when there is but one
}

func (a *ask) match() match {
	var needed, words []string
	for _, w := range a.needed {
		needed = append(needed, w.match())
	}
	for _, w := range a.words {
		words = append(words, w.match())
	}
	m := match{all: join(append(needed[:len(needed):len(needed)], words...), " AND ")}
	switch {
	case len(needed) == 0:
		m.some = join(words, " OR ")
	case len(words) == 0:
		m.some = m.all
	default: // the words add to the score where they occur
		m.some = join(needed, " AND ") + " AND " + join(append(words, needed...), " OR ")
	}
	if not := a.unwantedMatch(); not != "" {
		m.all = "(" + m.all + ") NOT " + not
		m.some = "(" + m.some + ") NOT " + not
	}
	return m
}

func (a *ask) unwantedMatch() string {
	var not []string
	for _, w := range a.unwanted {
		not = append(not, w.match())
	}
	return join(not, " OR ")
}

func join(list []string, with string) string {
	if len(list) == 0 {
		return ""
	}
	return "(" + strings.Join(list, with) + ")"
}

func (w want) match() string {
	list := make([]string, len(w.ways))
	for i, v := range w.ways {
		list[i] = v.match()
	}
	return join(list, " OR ")
}

func (v way) match() string {
	s := `"` + strings.Join(v.terms, " ") + `"`
	if v.prefix {
		s += "*"
	}
	if len(v.terms) > 1 { // neighbours in more are none in the text
		s = "- more : " + s
	}
	return s
}
