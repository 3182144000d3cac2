package search

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"dateline/internal/search/segment"
)

// A Correction is a query with words that were most likely meant in place of some that no document has.
type Correction struct {
	Text    string  // the whole query
	Changed []Range // where in Text the new words are
}

// A Variant says under which other spellings a word of the query was also looked for, as documents write them.
type Variant struct {
	Word string // as asked
	Also []string
}

const (
	maxReworded = 8 // words of a query that are looked at; who writes more has spelt something right
	maxAlso     = 5 // spellings that are told, of those that were looked for
)

// reword turns a query's text into what is looked for, and notes in res what it did to it. exact leaves it alone.
func (x *Index) reword(ctx context.Context, v *segment.View, q Query, by []speaker, res *Results) ask {
	text := strings.ToValidUTF8(clipTo(q.Text, maxQuery), " ")
	res.Marked = text
	if q.Exact {
		return parseQuery(text, by)
	}
	r := &reworder{ctx, v, x.lexicon(), x.known.Load(), by}
	words := loneWords(text, by)
	if c, ok := r.correct(text, words); ok {
		res.Corrected = &c
		text = c.Text
		words = loneWords(text, by)
	}
	a := parseQuery(text, by)
	res.Marked = text
	for _, w := range words {
		r.widen(&a, w, res)
	}
	res.Topics = r.topicsNamed(text)
	return a
}

// lexicon is empty for an index that is being closed.
func (x *Index) lexicon() *lexicon {
	if w := x.words.Load(); w != nil {
		return w.lexicon
	}
	return newLexicon()
}

// A loneWord is a word of a query that stands for itself: in no phrase, not unwanted, no number.
type loneWord struct {
	Range
	whole string // what stood between blanks
	text  string // of it, without the article of al-Kadhimi
	word  string // in small letters, with accents
	key   string
	stop  bool
}

func loneWords(text string, by []speaker) (words []loneWord) {
	at := 0
	for _, s := range split(text) {
		start := at + strings.Index(text[at:], s.text)
		at = start + len(s.text)
		if s.phrase || s.unwanted || len(words) == maxReworded {
			continue
		}
		w := loneWord{whole: s.text}
		n, article := 0, false
		analyse(s.text, &by[0], func(t token) {
			switch {
			case t.kind == place && t.language == nil, t.pair > 0:
				n = maxReworded // a number, or no words at all
				return
			case t.kind == place:
				n++
				article = article || n == 1 && t.end < len(s.text) && s.text[t.end] == '-' && isNameArticle(strings.ToLower(s.text[t.start:t.end]))
			case t.kind == joined && n == 2 && !article: // Ahmadi-Nejad is one name
			default:
				return
			}
			raw := s.text[t.start:t.end]
			w.Range, w.text = Range{start + t.start, start + t.end}, raw
			w.word, w.key, w.stop = lower(strings.Map(withoutMarks, raw), t.language.dotted), t.key, t.stop
			if t.kind == joined || article && n == 2 {
				n, article = 1, false
			}
		})
		if n == 1 && w.key != "" {
			words = append(words, w)
		}
	}
	return words
}

// correct puts the likeliest word in place of each that no document has. When no document has all words then, it looks
// whether one of them is itself somebody's slip.
func (r *reworder) correct(text string, words []loneWord) (c Correction, changed bool) {
	c.Text = text
	shift := make([]int, len(words))
	replace := func(i int, form string) {
		w := words[i]
		at := Range{w.Start + shift[i], w.End + shift[i]}
		c.Text = c.Text[:at.Start] + form + c.Text[at.End:]
		at.End = at.Start + len(form)
		c.Changed = append(c.Changed, at)
		for n := i + 1; n < len(words); n++ {
			shift[n] += len(form) - (w.End - w.Start)
		}
	}
	held := make([]bool, len(words))
	for i, w := range words {
		if held[i] = w.stop || r.holds(w.text); held[i] {
			continue
		}
		if form := r.meant(w, 0, c.Text[:w.Start+shift[i]], c.Text[w.End+shift[i]:]); form != "" {
			replace(i, form)
		}
	}
	if len(c.Changed) > 0 || len(words) > 1 && r.holdsText(text) {
		return c, len(c.Changed) > 0
	}
	for i, w := range words {
		docs, name := r.words.frequency(w.key)
		if !held[i] || w.stop || name && len(words) == 1 {
			continue
		}
		// A word of which only other forms were seen is as rare as one seen once.
		if form := r.meant(w, max(docs, 1), text[:w.Start], text[w.End:]); form != "" {
			replace(i, form)
			return c, true
		}
	}
	return c, false
}

// How many times as many documents must have a word for it to be meant by one that some have: for the only one of a
// query, for one that then occurs together with the others, and for one that stands next to another of them.
const (
	rareAlone     = 100
	rareInCompany = 20
	rareBeside    = 2
)

// meant is the word that w, between before and after, was most likely meant to be; "" when none is likely. docs have w
// itself. Of several the first wins that occurs together with the other words, next to them at best: company tells more
// than frequency.
func (r *reworder) meant(w loneWord, docs uint32, before, after string) string {
	var first, together string
	var spellings []string // of the name that w may be: those are no slips
	if docs == 0 {
		spellings = r.words.variants(w.word, r.holds)
	}
	left, right := lastWord(before), firstWord(after)
	alone := left+right == ""
	for _, p := range r.words.respell(w.key) {
		switch {
		case docs > 0 && (p.cost > slip || p.docs/docs < rareBeside || alone && p.docs/docs < rareAlone):
			continue
		case !r.holds(p.form):
			continue
		case slices.ContainsFunc(spellings, func(form string) bool { return bareForm(form) == p.form }):
			return cmp.Or(together, first)
		case len(spellings) > 0 && p.cost > slip+firstSlip:
			continue // two slips make a word of nearly any name; a spelling of the name itself is nearer
		case alone && !p.doubtful(w.key):
			return p.form
		case alone:
			continue
		case r.holdsText(before + p.form + after):
			if left != "" && r.holdsPhrase(left+" "+p.form) || right != "" && r.holdsPhrase(p.form+" "+right) {
				return p.form
			}
			if docs == 0 || p.docs/docs >= rareInCompany {
				together = cmp.Or(together, p.form)
			}
		case docs == 0 && !p.doubtful(w.key):
			first = cmp.Or(first, p.form)
		}
	}
	return cmp.Or(together, first)
}

// holdsText says whether any document has all words of a query.
func (r *reworder) holdsText(text string) bool {
	a := parseQuery(text, r.by)
	return r.holdsAll(append(a.needed, a.words...))
}

func lastWord(s string) string {
	if words := strings.FieldsFunc(s, betweenWords); len(words) > 0 {
		return words[len(words)-1]
	}
	return ""
}

func firstWord(s string) string {
	if words := strings.FieldsFunc(s, betweenWords); len(words) > 0 {
		return words[0]
	}
	return ""
}

// withoutMarks: Ra'isi is raisi.
func withoutMarks(r rune) rune {
	if r == '.' || isApostrophe(r) {
		return -1
	}
	return r
}

func betweenWords(r rune) bool { return classOf(r) == none && !isApostrophe(r) }

// widen looks for a name in its other spellings too.
func (r *reworder) widen(a *ask, w loneWord, res *Results) {
	if w.stop {
		return
	}
	wants := wordWants(w.whole, r.by)
	if len(wants) != 1 {
		return
	}
	i := slices.IndexFunc(a.words, wants[0].equal)
	if i < 0 {
		return
	}
	v := Variant{Word: w.text}
	add := func(form string, also want) {
		n := len(a.words[i].ways)
		for _, other := range also.ways {
			other.weight = variantWeight
			a.words[i].add(other)
		}
		if len(a.words[i].ways) > n && !slices.Contains(v.Also, form) {
			v.Also = append(v.Also, form)
		}
	}
	if w.whole != w.text { // al-Kadhimi is Kadhimi
		for _, also := range wordWants(w.text, r.by) {
			for _, bare := range also.ways {
				a.words[i].add(bare)
			}
		}
	}
	for _, name := range r.known.otherNames([]string{w.word}) {
		if also, ok := phraseWant(name, r.by); ok && r.holdsAll([]want{also}) {
			add(name, also)
		}
	}
	if docs, name := r.words.frequency(w.key); name || docs == 0 && !r.holds(w.text) {
		for _, form := range r.words.variants(w.word, r.holds) {
			if also := wordWants(bareForm(form), r.by); len(also) == 1 {
				add(form, also[0])
			}
		}
	}
	if len(v.Also) == 0 {
		return
	}
	for _, form := range v.Also {
		if strings.ContainsAny(form, " -") {
			form = `"` + strings.ReplaceAll(form, `"`, "") + `"`
		}
		res.Marked += " " + form
	}
	v.Also = v.Also[:min(len(v.Also), maxAlso)]
	res.Also = append(res.Also, v)
}

// topicsNamed are the topics that the whole query is a name of.
func (r *reworder) topicsNamed(text string) (topics []string) {
	if strings.ContainsFunc(text, func(r rune) bool { return isQuote(r) }) || strings.HasPrefix(text, "-") {
		return nil
	}
	for _, i := range r.known.named(nameWords(text)) {
		if key := r.known.topics[i].Topic; r.documentsOn(key) > 0 && len(topics) < maxTopics {
			topics = append(topics, key)
		}
	}
	return topics
}
