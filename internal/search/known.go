package search

import (
	"slices"
	"strings"
)

// A Known is something that a document's topic key stands for, with every name it goes by: those whom editors have
// given a topic of their own need no guessing. The first name is shown.
type Known struct {
	Topic  string // the key in Document.Topics
	Names  []string
	Person bool // may be asked for by a last name alone, however it is spelt
}

// Know tells what topics are called, in place of all that was told before. It is kept in memory only, so whoever
// opens an index calls it, and again whenever a topic changes. Topics without a document that may be seen are not
// shown.
func (x *Index) Know(list []Known) {
	k := &known{byName: make(map[string][]int32), byLast: make(map[string][]int32), acronyms: make(map[string]bool)}
	for _, n := range list {
		g := knownTopic{Known: n}
		i := int32(len(k.topics))
		for _, name := range n.Names {
			words := nameWords(name)
			if len(words) == 0 || len(words) > maxNameWords {
				continue
			}
			k.longest = max(k.longest, len(words))
			if len(words) == 1 && isAcronym(name) {
				k.acronyms[foldName(words)] = true
			}
			g.words = append(g.words, words)
			g.folded = append(g.folded, " "+foldName(words))
			k.byName[foldName(words)] = appendOnce(k.byName[foldName(words)], i)
			if n.Person {
				last := words[len(words)-1]
				for _, key := range append([]string{fold(last)}, keysOf(last)...) {
					k.byLast[key] = appendOnce(k.byLast[key], i)
				}
			}
		}
		if len(g.words) > 0 {
			k.topics = append(k.topics, g)
		}
	}
	x.known.Store(k)
}

const maxNameWords = 8

// known is what Know was told.
type known struct {
	topics   []knownTopic
	longest  int                // words of a name
	byName   map[string][]int32 // whole names
	acronyms map[string]bool    // of them, those written in capitals
	byLast   map[string][]int32 // persons, by their last names and the keys of those
}

type knownTopic struct {
	Known
	words  [][]string // of each name, in small letters
	folded []string   // each name, for completing: a blank before every word
}

// nameWords are the words of a name in small letters with their accents, without articles.
func nameWords(name string) (words []string) {
	by := speakerOf("")
	analyse(strings.ToValidUTF8(clipTo(name, 256), " "), &by, func(t token) {
		if t.kind != place {
			return
		}
		word := lower(name[t.start:t.end], false)
		if t.pair > 0 { // a script without blanks: its pairs are as good as words
			word = t.term
		}
		if word != "" {
			words = append(words, word)
		}
	})
	if len(words) > 1 {
		words = slices.DeleteFunc(words, isNameArticle)
	}
	return words
}

// foldName is one spelling for a name with and without accents, hyphens and capitals.
func foldName(words []string) string { return arabicSpelling(fold(strings.Join(words, " "))) }

func keysOf(word string) (keys []string) {
	for _, r := range nameReadings(word) {
		keys = append(keys, "="+r.key)
	}
	return keys
}

func appendOnce(list []int32, i int32) []int32 {
	if slices.Contains(list, i) {
		return list
	}
	return append(list, i)
}

const maxTopics = 3

// named gives the topics that a query is a name of and nothing else: those that go by it first, then persons whose
// name it may be in another spelling, or without their first name.
func (k *known) named(words []string) (found []int32) {
	if k == nil || len(words) == 0 || len(words) > maxNameWords {
		return nil
	}
	found = append(found, k.byName[foldName(words)]...)
	last := words[len(words)-1]
	for _, key := range append([]string{fold(last)}, keysOf(last)...) {
		for _, i := range k.byLast[key] {
			if !slices.Contains(found, i) && k.topics[i].mayBe(words) {
				found = append(found, i)
			}
		}
	}
	return found
}

// mayBe says whether every word is one of the same name of a person, the last one its last.
func (t *knownTopic) mayBe(words []string) bool {
	return slices.ContainsFunc(t.words, func(name []string) bool {
		n := len(name) - 1
		for i := len(words) - 1; i >= 0; i-- {
			for n >= 0 && !sameName(words[i], name[n]) {
				if n == len(name)-1 {
					return false
				}
				n--
			}
			if n < 0 {
				return false
			}
			n--
		}
		return true
	})
}

func sameName(a, b string) bool {
	return fold(a) == fold(b) || nearness(nameReadings(a), nameReadings(b), scriptOfWord(a), scriptOfWord(b)) > 0
}

func scriptOfWord(word string) script {
	for _, r := range word {
		return scriptOf(r)
	}
	return otherScript
}

// otherNames are what else goes by the name that words are.
func (k *known) otherNames(words []string) (names []string) {
	if k == nil {
		return nil
	}
	own := foldName(words)
	for _, i := range k.byName[own] {
		for n, name := range k.topics[i].Names {
			if n < len(k.topics[i].words) && foldName(nameWords(name)) != own && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
