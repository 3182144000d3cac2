package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// A Mention is a topic that a text calls by one of the names that Know was told.
type Mention struct {
	Topic string
	Times int
	First int // how many words stand before it
}

// maxMentioned is how much of a text is read for names, in bytes: a story says early whom it is about.
const maxMentioned = 64 << 10

// Mentioned gives the topics that text calls by name, most often first: whole names only, in any case, with or
// without accents. Nothing is guessed, so a name is found as editors wrote it among the topic's.
func (x *Index) Mentioned(text string) []Mention {
	k := x.known.Load()
	if k == nil || len(k.byName) == 0 {
		return nil
	}
	var words []string
	shouted := map[int]bool{} // words that stand in capitals
	by := speakerOf("")
	text = clipTo(text, maxMentioned)
	analyse(text, &by, func(t token) {
		if t.kind != place {
			return
		}
		word := t.term
		if t.pair == 0 {
			word = lower(text[t.start:t.end], false)
		}
		if word != "" && !isNameArticle(word) {
			if isAcronym(text[t.start:t.end]) {
				shouted[len(words)] = true
			}
			words = append(words, foldName([]string{word}))
		}
	})
	at := map[int32]int{} // where it stands in the list
	var found []Mention
	for from := 0; from < len(words); {
		topics, n := k.longestAt(words[from:])
		if n == 1 && k.acronyms[words[from]] && !shouted[from] { // "who" is not the WHO
			topics = nil
		}
		for _, i := range topics {
			if _, seen := at[i]; !seen {
				at[i] = len(found)
				found = append(found, Mention{Topic: k.topics[i].Topic, First: from})
			}
			found[at[i]].Times++
		}
		from += n
	}
	slices.SortStableFunc(found, func(a, b Mention) int { return cmp.Or(b.Times-a.Times, a.First-b.First) })
	return found
}

// longestAt gives the topics called by the longest name that words begin with, and how many words that is; one where
// there is none. "Bank of England" is no mention of England.
func (k *known) longestAt(words []string) ([]int32, int) {
	longest, name := []int32(nil), ""
	n := 1
	for i, w := range words[:min(len(words), k.longest)] {
		if i > 0 {
			name += " "
		}
		name += w
		if topics := k.byName[name]; topics != nil {
			longest, n = topics, i+1
		}
	}
	return longest, n
}

func isAcronym(word string) bool {
	return !strings.ContainsFunc(word, unicode.IsLower) && strings.ContainsFunc(word, unicode.IsUpper)
}
