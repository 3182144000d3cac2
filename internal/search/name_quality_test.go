//go:build !race

package search

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
)

// lexiconOf hears all documents.
func lexiconOf(docs []Document, language string) *lexicon {
	x := newLexicon()
	for _, d := range docs {
		x.add(wordsOf(d, language), false)
	}
	return x
}

// wordKey is how the lexicon knows a word.
func wordKey(word string, l *language) string {
	key := lower(word, l.dotted)
	if l.script == arabic {
		return arabicSpelling(key)
	}
	return fold(key)
}

func sharedLines(t testing.TB, name string) []string {
	t.Helper()
	f, err := os.Open("../../../shared/data/" + name)
	if err != nil {
		t.Skip("needs ../shared/data: ", err)
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestNameVariants asks for each spelling of real names among the words of real news, and wants the others. The rules
// were tried on every other person; the rest is what they are worth.
func TestNameVariants(t *testing.T) {
	docs := realNews(t, 28272)
	lines := sharedLines(t, "search/names/name_variants.tsv")
	half := [2]string{"tried", "not seen"}
	for seen := range 2 {
		x := lexiconOf(docs, "en")
		persons := make(map[string]int) // by key
		var groups [][]string
		for i, line := range lines {
			_, list, _ := strings.Cut(line, "\t")
			for _, v := range strings.Split(list, "|") {
				for _, h := range wordsOf(Document{Body: "Said " + v}, "en") {
					if h.key != "said" {
						persons[h.key] = i
					}
				}
				x.add(wordsOf(Document{Body: "Said " + v}, "en"), false)
			}
			groups = append(groups, strings.Split(list, "|"))
		}
		var want, got, wantCross, gotCross, told, right int
		var missed, wrong []string
		for i, group := range groups {
			if i%2 != seen {
				continue
			}
			var keys, spelt []string
			for _, v := range group {
				v = strings.ReplaceAll(strings.TrimSuffix(v, "'s"), "'", "")
				k := wordKey(v[strings.LastIndexAny(v, " -")+1:], speakerOf("en")[latin])
				if r := []rune(v); scriptOf(r[0]) == arabic {
					v = strings.ReplaceAll(v, " ", "")
					k = wordKey(v, languages["ar"])
				}
				if !slices.Contains(keys, k) {
					keys = append(keys, k)
					spelt = append(spelt, lower(v[strings.LastIndexAny(v, " -")+1:], false))
				}
			}
			for n, q := range keys {
				var found []string
				for _, v := range x.namesLike(spelt[n])[:min(len(x.namesLike(spelt[n])), maxVariants)] {
					found = append(found, x.key(&x.words[v.number]))
				}
				for _, f := range found {
					told++
					if p, ok := persons[f]; ok && p == i {
						right++
					} else {
						wrong = append(wrong, q+"→"+f)
					}
				}
				for _, k := range keys {
					if k == q {
						continue
					}
					hit := slices.Contains(found, k)
					if scriptOf([]rune(k)[0]) == scriptOf([]rune(q)[0]) {
						want++
						if hit {
							got++
						}
					} else {
						wantCross++
						if hit {
							gotCross++
						}
					}
					if !hit {
						missed = append(missed, q+"→"+k)
					}
				}
			}
		}
		t.Logf("%s: recall within a script %.3f (%d), across scripts %.3f (%d), precision %.3f (%d)", half[seen],
			float64(got)/float64(want), want, float64(gotCross)/float64(wantCross), wantCross, float64(right)/float64(told), told)
		if seen == 0 {
			t.Logf("missed %v", missed)
			t.Logf("wrong %v", wrong)
		}
	}
}
