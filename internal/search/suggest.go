package search

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Suggestion is what a query may become while it is typed.
type Suggestion struct {
	Kind  SuggestionKind
	Text  string // the whole query; for a story nothing, and for a topic its name
	Topic string // the key of a topic
	ID    string // of a story, whose headline the caller knows: see Completes
}

// A SuggestionKind says what is suggested.
type SuggestionKind int

const (
	SuggestTopic SuggestionKind = iota // something that goes by a name which begins so
	SuggestStory                       // a story with all words, the last as a beginning, most likely in its headline
	SuggestWord                        // the query with its last word completed
)

const (
	suggestedTopics  = 3
	suggestedStories = 8 // of which some will have the words elsewhere than in the headline
	leastTyped       = 2 // letters of a word that can be completed
	leastInHeadline  = 3 // letters that a headline is looked for by
	nameBoost        = 3 // readers look for names more than for words that are as common
)

// Suggest completes what somebody is typing: topics first, then stories, then at most n ways to complete the last
// word. Nothing is suggested that no document has which may be seen now. What was typed is never an error.
func (x *Index) Suggest(ctx context.Context, text string, n int) ([]Suggestion, error) {
	v, err := x.view(ctx)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	text = strings.TrimLeft(strings.ToValidUTF8(clipTo(text, 256), " "), " ")
	r := &reworder{ctx, v, x.lexicon(), x.known.Load(), x.speakers(v)}
	t := typed(text)
	if t.last == "" || strings.ContainsFunc(text, isQuote) || strings.Contains(" "+text, " -") {
		return nil, ctx.Err()
	}
	list := r.topicsBeginning(t)
	if utf8.RuneCountInString(t.last) >= leastInHeadline || t.pairs {
		ids, err := x.storiesBeginning(r, t)
		if err != nil {
			return nil, x.fail("suggest", err)
		}
		list = append(list, ids...)
	}
	if !t.pairs && !t.ended {
		list = append(list, r.wordsBeginning(t, text, min(n, maxCompleted))...)
	}
	return list, ctx.Err()
}

// Completes says whether a headline has all words of text, the last as a beginning. The caller asks before showing the
// headline of a suggested story.
func Completes(headline, text string) bool {
	t := typed(strings.ToValidUTF8(clipTo(text, 256), " "))
	have := strings.Join(typed(strings.ToValidUTF8(clipTo(headline, 2048), " ")).all(), " ")
	for _, w := range t.before {
		if !strings.Contains(" "+have, " "+w) { // votes is vote
			return false
		}
	}
	return strings.Contains(" "+have, " "+t.last)
}

// typing is a query that is not finished.
type typing struct {
	before []string // folded
	last   string
	at     int  // where last begins
	pairs  bool // in a script without blanks
	ended  bool // a blank follows: the word is whole
}

func typed(text string) (t typing) {
	by := speakerOf("")
	var words []string
	analyse(text, &by, func(tok token) {
		if tok.kind != place || tok.last && t.pairs {
			return
		}
		word := fold(lower(text[tok.start:tok.end], false))
		if word == "" {
			return
		}
		t.pairs = tok.pair > 0
		words = append(words, arabicSpelling(word))
		t.at = tok.start
		t.ended = tok.end < len(text)
	})
	if n := len(words); n > 0 {
		t.before, t.last = words[:n-1], words[n-1]
	}
	return t
}

func (t typing) all() []string {
	if t.last == "" {
		return nil
	}
	return append(slices.Clip(t.before), t.last)
}

// topicsBeginning are the topics with a name that goes on like what was typed, those with most documents first.
func (r *reworder) topicsBeginning(t typing) (list []Suggestion) {
	if r.known == nil {
		return nil
	}
	words := t.all()
	if len(words) > 1 {
		words = slices.DeleteFunc(words, isNameArticle)
	}
	beginning := " " + strings.Join(words, " ")
	type found struct {
		topic *knownTopic
		docs  int
	}
	var all []found
	for i := range r.known.topics {
		topic := &r.known.topics[i]
		if !slices.ContainsFunc(topic.folded, func(name string) bool { return strings.Contains(name, beginning) }) {
			continue
		}
		if docs := r.documentsOn(topic.Topic); docs > 0 {
			all = append(all, found{topic, docs})
		}
		if len(all) == 64 { // one letter fits many
			break
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(b.docs, a.docs) })
	for _, f := range all[:min(len(all), suggestedTopics)] {
		list = append(list, Suggestion{Kind: SuggestTopic, Text: f.topic.Names[0], Topic: f.topic.Topic})
	}
	return list
}

func (x *Index) storiesBeginning(r *reworder, t typing) (list []Suggestion, err error) {
	var wants []want
	for _, w := range t.before {
		for _, also := range wordWants(w, r.by) {
			if !also.stop {
				wants = append(wants, also)
			}
		}
	}
	last := want{ways: []way{{terms: []string{t.last}, prefix: true}}}
	if rest, cut := withoutArticle(t.last); cut {
		last.add(way{terms: []string{rest}, prefix: true})
	}
	if t.pairs {
		last = want{}
		for _, by := range r.by {
			last.ways = append(last.ways, wantsIn(t.last, &by)[0].ways...)
		}
	}
	q := x.question(Query{}, &ask{needed: append(wants, last)}, x.o.Now().UnixMicro())
	q.N = suggestedStories
	found, err := r.view.Search(r.ctx, q)
	if err != nil {
		return nil, err
	}
	for _, h := range found.Hits {
		list = append(list, Suggestion{Kind: SuggestStory, ID: h.ID})
	}
	return list, nil
}

const (
	maxCompleted = 10
	completed    = 4 * maxCompleted // candidates, of which some may be gone, or never stand with the words before
)

// wordsBeginning complete the last word, the commonest way first.
func (r *reworder) wordsBeginning(t typing, text string, n int) (list []Suggestion) {
	if utf8.RuneCountInString(t.last) < leastTyped {
		return nil
	}
	var before []want
	if len(t.before) > 0 {
		a := parseQuery(text[:t.at], r.by)
		before = append(a.needed, a.words...)
	}
	for _, form := range r.words.complete(t.last) {
		if len(list) == n {
			break
		}
		wants := wordWants(form, r.by)
		if len(wants) != 1 || !r.holds(form) || len(before) > 0 && !r.holdsAll(append(slices.Clip(before), wants...)) {
			continue
		}
		list = append(list, Suggestion{Kind: SuggestWord, Text: text[:t.at] + form})
	}
	return list
}

// complete gives the commonest words that begin with prefix and are longer, as they are shown.
func (x *lexicon) complete(prefix string) (forms []string) {
	type found struct {
		n     uint32
		score uint64
	}
	var best []found
	x.mu.RLock()
	defer x.mu.RUnlock()
	x.beginning(prefix, func(n uint32) {
		w := &x.words[n]
		if int(w.keyLen) == len(prefix) {
			return
		}
		f := found{n, uint64(w.docs)}
		if w.isName() {
			f.score *= nameBoost
		}
		if len(best) == completed && f.score <= best[completed-1].score {
			return
		}
		i, _ := slices.BinarySearchFunc(best, f, func(a, b found) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.n, b.n)) })
		if len(best) == completed {
			best = best[:completed-1]
		}
		best = slices.Insert(best, i, f)
	})
	for _, f := range best {
		forms = append(forms, bareForm(x.shown(&x.words[f.n])))
	}
	return forms
}
