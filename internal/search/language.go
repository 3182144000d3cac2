package search

import (
	"slices"
	"strings"
	"sync"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/irish"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
)

// A language makes terms of words in one script.
type language struct {
	code      string
	script    script
	snowball  func(*snowballstem.Env) bool // nil: words stay whole
	stop      []string                     // words that need not be found, as lower makes them
	elisions  []string                     // what may stand before an apostrophe without belonging to the word
	dotted    bool                         // I is the capital of ı
	suffixing bool                         // an apostrophe parts a name from its endings
	umlauts   bool                         // ä is also written ae

	mu   sync.RWMutex
	memo map[string]forms
}

// languages by their code; read only but for the memos, which are no state that anyone could see.
var languages = func() map[string]*language {
	frenchElisions := strings.Fields("c d j l m n s t qu jusqu lorsqu puisqu quoiqu")
	italianElisions := strings.Fields("c d l m n s t v un dell all nell sull dall coll quell")
	m := make(map[string]*language)
	for _, l := range []*language{
		{code: "en", script: latin, snowball: english.Stem, umlauts: true},
		{code: "de", script: latin, snowball: german.Stem, umlauts: true},
		{code: "fr", script: latin, snowball: french.Stem, elisions: frenchElisions},
		{code: "it", script: latin, snowball: italian.Stem, elisions: italianElisions},
		{code: "ca", script: latin, elisions: strings.Fields("d l m n s t")},
		{code: "es", script: latin, snowball: spanish.Stem},
		{code: "pt", script: latin, snowball: portuguese.Stem},
		{code: "nl", script: latin, snowball: dutch.Stem},
		{code: "sv", script: latin, snowball: swedish.Stem},
		{code: "no", script: latin, snowball: norwegian.Stem},
		{code: "da", script: latin, snowball: danish.Stem},
		{code: "fi", script: latin, snowball: finnish.Stem},
		{code: "hu", script: latin, snowball: hungarian.Stem},
		{code: "ro", script: latin, snowball: romanian.Stem},
		{code: "ga", script: latin, snowball: irish.Stem},
		{code: "tr", script: latin, snowball: turkish.Stem, dotted: true, suffixing: true},
		{code: "az", script: latin, dotted: true, suffixing: true},
		{code: "ru", script: cyrillic, snowball: russian.Stem},
		{code: "ar", script: arabic},
		{code: "fa", script: arabic},
		{code: "he", script: hebrew},
		{code: "ta", script: otherScript, snowball: tamil.Stem},
		{code: "und-Latn", script: latin, umlauts: true},
		{code: "und-Grek", script: greek},
		{code: "und-Cyrl", script: cyrillic},
		{code: "und-Arab", script: arabic},
		{code: "und-Zyyy", script: otherScript},
	} {
		l.stop = strings.Fields(stopWords[l.code])
		slices.Sort(l.stop)
		l.memo = make(map[string]forms)
		m[l.code] = l
	}
	return m
}()

// What a script is taken for in a text whose own language is written in another.
var scriptDefault = [scripts]string{
	latin: "und-Latn", greek: "und-Grek", cyrillic: "ru", arabic: "ar", hebrew: "he", otherScript: "und-Zyyy",
}

// Languages without a stemmer here in a script whose default has one.
var unstemmed = map[string]string{
	"uk": "und-Cyrl", "bg": "und-Cyrl", "sr": "und-Cyrl", "mk": "und-Cyrl", "be": "und-Cyrl", "kk": "und-Cyrl",
	"ky": "und-Cyrl", "mn": "und-Cyrl", "tg": "und-Cyrl",
	"prs": "fa", "ur": "und-Arab", "ps": "und-Arab", "ckb": "und-Arab", "ug": "und-Arab", "sd": "und-Arab",
	"yi": "he", "nb": "no", "nn": "no", "iw": "he",
}

// A speaker makes words of a text: one language for each script that may occur in it.
type speaker [scripts]*language

// speakerOf a BCP 47 tag; only its first part matters.
func speakerOf(tag string) speaker {
	var s speaker
	for i, code := range scriptDefault {
		s[i] = languages[code]
	}
	code, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if other, ok := unstemmed[code]; ok {
		code = other
	}
	if l, ok := languages[code]; ok {
		s[l.script] = l
	}
	return s
}

// forms are the ways in which one word can be found.
type forms struct {
	term string   // empty: nothing to find
	also []string // other spellings of it
	key  string   // how the lexicon knows it; empty if it does not
	stop bool
}

// A newsroom's whole vocabulary fits; strangers' words cannot make it grow beyond some 3 MB a language.
const memoSize = 1 << 15

// forms of a word as written. Most words of a text have been seen before, and stemming is the dear part.
func (l *language) forms(raw string) forms {
	l.mu.RLock()
	f, ok := l.memo[raw]
	l.mu.RUnlock()
	if ok {
		return f
	}
	f = l.makeForms(raw)
	if len(raw) > longest {
		return f
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.memo) >= memoSize {
		clear(l.memo)
	}
	l.memo[strings.Clone(raw)] = f // a clone, or the memo would hold the whole text
	return f
}

func (l *language) makeForms(raw string) forms {
	word := lower(raw, l.dotted)
	if l.script == arabic {
		word = arabicSpelling(word)
	}
	plain := fold(word)
	f := forms{term: clip(fold(l.stem(word))), key: lexiconKey(plain)}
	if f.term == "" {
		f.term = clip(plain)
	}
	_, f.stop = slices.BinarySearch(l.stop, word)
	add := func(form string) {
		if form = clip(form); form != "" && form != f.term && !slices.Contains(f.also, form) {
			f.also = append(f.also, form)
		}
	}
	if plain != word { // as typed by someone without accents
		add(fold(l.stem(plain)))
	}
	if l.code == "de" && strings.Contains(word, "e") { // haeuser is häuser
		if typed := umlauts.Replace(word); typed != word {
			add(fold(l.stem(typed)))
		}
	}
	if l.umlauts && strings.ContainsAny(word, "äöü") {
		add(fold(l.stem(strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue").Replace(word))))
	}
	if l.script == hebrew {
		for _, bare := range hebrewBare(word) {
			add(bare)
		}
	}
	return f
}

// What is no umlaut though it looks like one stays: neue, bauen, Quelle.
var umlauts = strings.NewReplacer("aue", "aue", "eue", "eue", "que", "que", "ae", "ä", "oe", "ö", "ue", "ü")

func (l *language) stem(word string) string {
	switch {
	case l.code == "ar":
		return arabicStem(word)
	case l.code == "fa":
		return persianStem(word)
	case l.snowball == nil:
		return word
	}
	env := snowballstem.NewEnv(word)
	l.snowball(env)
	return strings.Clone(env.Current())
}
