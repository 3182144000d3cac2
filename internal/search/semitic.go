package search

import (
	"strings"
	"unicode/utf8"
)

var arabicLetters = strings.NewReplacer(
	"آ", "ا", "أ", "ا", "إ", "ا", "ٱ", "ا", // forms of alef
	"ى", "ي", "ی", "ي", "ې", "ي", "ئ", "ي", // of yeh, Persian too
	"ک", "ك", "ڪ", "ك", "ة", "ه", "ۀ", "ه", "ە", "ه", "ھ", "ه", "ہ", "ه", "ؤ", "و", "ء", "",
)

// One spelling for the letters that writers and keyboards of Arabic and Persian mix up.
func arabicSpelling(word string) string { return arabicLetters.Replace(word) }

var (
	arabicPrefixes = []string{"وال", "بال", "كال", "فال", "ال", "لل", "و"}
	arabicSuffixes = []string{"ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي"}
)

// arabicStem takes the article and the commonest endings off: the "light" stemmer of Larkey, Ballesteros and Connell
// (2007), which finds news better than root extraction does.
func arabicStem(word string) string {
	for _, p := range arabicPrefixes {
		rest, ok := strings.CutPrefix(word, p)
		if ok && utf8.RuneCountInString(rest) >= 2 && (p != "و" || utf8.RuneCountInString(rest) >= 3) {
			word = rest
			break
		}
	}
	for _, s := range arabicSuffixes {
		if rest, ok := strings.CutSuffix(word, s); ok && utf8.RuneCountInString(rest) >= 2 {
			word = rest
		}
	}
	return word
}

var persianSuffixes = []string{"هايي", "هاي", "ها", "ترين", "تر"}

// persianStem takes off the plural and the degrees of comparison, which are written apart, joined, or with an
// invisible joint, as each writer likes.
func persianStem(word string) string {
	for _, s := range persianSuffixes {
		if rest, ok := strings.CutSuffix(word, s); ok && utf8.RuneCountInString(rest) >= 3 {
			return rest
		}
	}
	return word
}

// hebrewBare gives word without its first one and first two letters where these may be "and", "the", "in", "to",
// "from", "that", "as" glued to it, and at least three letters remain. Which reading is right only a dictionary
// could tell, so all are findable and the written form too.
func hebrewBare(word string) []string {
	var bare []string
	for range 2 {
		r, n := utf8.DecodeRuneInString(word)
		if !strings.ContainsRune("והבכלמש", r) || utf8.RuneCountInString(word) < 4 {
			break
		}
		word = word[n:]
		bare = append(bare, word)
	}
	return bare
}
