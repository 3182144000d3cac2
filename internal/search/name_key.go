package search

import (
	"slices"
	"strings"
)

// Name keys: what is left of a name when everything is taken away in which its spellings differ. Kadhimi, Kazemi and
// الكاظمي have the key ksmi in common: k, one of the sounds that Arabic ظ becomes, m, and an i at the end.
//
// The rules are those of how Arabic, Persian, Hebrew, Cyrillic and Greek are put into English, German, French, Dutch
// and Turkish letters, not of any list of names. A name has several keys where a letter can be read in several ways.

// A reading is one way to read a name: its key, how it sounds, vowels included, and how many of its letters are read in
// another than their usual way.
type reading struct {
	key, sound string
	unusual    int
}

const (
	maxReadings = 12
	leastName   = 3 // letters of a name in Latin or Cyrillic; shorter ones are initials and particles
)

// A sound is a piece of a name: the classes that a consonant may stand for ("" is none), or vowels, each an a, e, i or u.
type sound struct {
	classes []string
	vowels  string
}

// readings of a word, none if it is no name that can be compared. word is in small letters, with its accents.
func readings(word string) (all []reading) {
	bare := !writesVowels(word)
	rest, cut := withoutArticle(word)
	for _, w := range ways(soundsOf(roman(rest))) {
		all = appendReadings(all, w, bare, false)
	}
	if cut {
		for _, w := range ways(soundsOf(roman(word))) {
			all = appendReadings(all, w, bare, true)
		}
	}
	return all
}

func writesVowels(word string) bool {
	for _, r := range word {
		s := scriptOf(r)
		return s != arabic && s != hebrew
	}
	return true
}

// withoutArticle takes "the" and "and the" off a word in Arabic letters, if that leaves three of them.
func withoutArticle(word string) (rest string, cut bool) {
	for _, p := range arabicPrefixes {
		if rest, ok := strings.CutPrefix(word, p); ok && len(p) > 2 && len(rest) >= 6 {
			return rest, true
		}
	}
	return word, false
}

// What letters are read as, the longest first. A class is b p t d k g f v x (sh, ch) j (zh, dj) s (z too) h m n l r.
var letterSounds = []struct {
	letters string
	classes []string
}{
	{"schtsch", one("x")}, {"shch", one("x")}, {"shtch", one("x")}, {"sjtsj", one("x")}, {"chtch", one("x")},
	{"tsch", one("x")}, {"dsch", one("j")}, {"tch", one("x")}, {"tsj", one("x")}, {"dzh", one("j")}, {"dzj", one("j")},
	{"sch", []string{"x", "j"}}, {"sh", one("x")}, {"sj", one("x")}, {"sz", []string{"s", "x"}},
	{"zh", one("j")}, {"zj", one("j")}, {"jh", one("j")}, {"dj", one("j")}, {"qj", one("j")}, {"gj", one("j")}, {"qJ", one("j")},
	{"kh", one("k")}, {"ch", []string{"x", "k"}}, {"ph", one("f")}, {"gh", one("g")}, {"th", one("t")}, {"dh", []string{"d", "s"}},
	{"dz", []string{"ds", "j"}}, {"ck", one("k")}, {"cz", one("x")}, {"ts", one("s")}, {"tz", one("s")}, {"cq", one("k")}, {"ff", []string{"f", "v"}},
	{"b", one("b")}, {"p", one("p")}, {"t", one("t")}, {"d", one("d")}, {"k", one("k")}, {"f", one("f")}, {"v", one("v")},
	{"s", one("s")}, {"z", one("s")}, {"m", one("m")}, {"n", one("n")}, {"l", one("l")}, {"r", one("r")}, {"x", one("ks")},
	{"q", []string{"k", "g"}}, {"g", one("g")}, {"j", []string{"j", ""}}, {"w", []string{"v", ""}}, {"c", one("k")}, {"h", one("h")},
	{"H", one("h")}, {"E", []string{"h", ""}}, {"B", []string{"b", "p"}}, {"T", []string{"t", "s"}}, {"J", []string{"j", "g"}}, {"F", []string{"f", "v"}},
	{"V", []string{"b", "v"}}, {"P", []string{"p", "f"}}, {"S", []string{"x", "s"}}, {"X", []string{"k", "h"}},
	{"W", []string{"", "v"}}, {"C", []string{"s", "x"}}, {"D", []string{"d", "j"}}, {"G", []string{"g", "", "h"}},
}

func one(class string) []string { return []string{class} }

// soundsOf reads a word that roman wrote.
func soundsOf(w string) []sound {
	var list []sound
	vowel := func(v string) {
		if n := len(list); n == 0 || list[n-1].vowels == "" {
			list = append(list, sound{vowels: v})
		} else if last := &list[n-1]; !strings.HasSuffix(last.vowels, v) {
			last.vowels += v
		}
	}
	for i := 0; i < len(w); {
		if v, n := vowelAt(w[i:]); n > 0 {
			next, _ := vowelAt(w[i+n:])
			if w[i:i+n] == "ou" && next != "" && next != "e" { // Zarqaoui, Sinouar
				list = append(list, sound{classes: inPlace([]string{"v", ""}, "w", w[:i], w[i+n:])})
			} else {
				vowel(v)
			}
			i += n
			continue
		}
		for _, l := range letterSounds {
			if rest, ok := strings.CutPrefix(w[i:], l.letters); ok {
				if rest == "" && (l.letters == "E" || l.letters == "h") { // a final ة or ה, or the h that stands for it
					vowel("a")
				} else {
					list = append(list, sound{classes: inPlace(l.classes, l.letters, w[:i], rest)})
				}
				i += len(l.letters)
				break
			}
		}
	}
	return list
}

// vowelAt says what a vowel at the beginning of w sounds like; n is 0 when there is none.
func vowelAt(w string) (v string, n int) {
	if w == "" {
		return "", 0
	}
	switch {
	case strings.HasPrefix(w, "ee"):
		return "i", 2
	case strings.HasPrefix(w, "oe"), strings.HasPrefix(w, "ou"), strings.HasPrefix(w, "oo"):
		return "u", 2
	}
	switch w[0] {
	case 'a':
		return "a", 1
	case 'e':
		return "e", 1
	case 'i', 'y', 'Y':
		return "i", 1
	case 'o', 'u':
		return "u", 1
	}
	return "", 0
}

// inPlace narrows or widens what letters may be by what stands around them.
func inPlace(classes []string, letters, before, after string) []string {
	soft := after != "" && strings.IndexByte("eiy", after[0]) >= 0
	switch letters {
	case "g", "q", "gh", "J": // Gaddafi, Qaddafi, Kadafi
		switch {
		case letters == "J" && before == "":
			return []string{"j", "k"}
		case letters == "J":
			return classes
		case before == "" && soft && letters == "g":
			return []string{"k", "j"}
		case before == "":
			return one("k")
		case soft && letters == "g":
			return []string{"g", "j"}
		}
	case "G":
		if before == "" {
			return []string{"k", "h"}
		}
	case "c":
		switch {
		case soft:
			return []string{"s", "x"}
		case after == "": // Milošević without its accent
			return []string{"k", "x"}
		}
	case "w":
		if before == "" || vowelEnd(before) && vowelBegin(after) {
			return one("v")
		}
	case "W":
		if before == "" {
			return one("v")
		}
	case "j":
		if after == "" && vowelEnd(before) {
			return one("")
		}
	case "h":
		if before != "" && !vowelBegin(after) { // Johnson, Jonson
			return []string{"h", ""}
		}
	}
	return classes
}

func vowelEnd(s string) bool { return s != "" && vowelBegin(s[len(s)-1:]) }

func vowelBegin(s string) bool {
	_, n := vowelAt(s)
	return n > 0
}

// A pronounced name has one class for each consonant.
type pronounced struct {
	sounds  []sound
	unusual int
}

// ways are the sounds with one class each, in every combination but the unlikeliest.
func ways(sounds []sound) []pronounced {
	all := []pronounced{{}}
	for _, s := range sounds {
		if s.vowels != "" {
			for i := range all {
				all[i].sounds = append(all[i].sounds, s)
			}
			continue
		}
		var next []pronounced
		for n, class := range s.classes {
			if n > 0 && len(next)+len(all) > maxReadings {
				break
			}
			for _, w := range all {
				w.sounds = slices.Clip(w.sounds)
				if n > 0 {
					w.unusual++
				}
				switch {
				case class != "":
					w.sounds = append(w.sounds, sound{classes: one(class)})
				case s.classes[0] == "j": // heard as a vowel
					w.sounds = append(w.sounds, sound{vowels: "i"})
				case slices.Contains(s.classes, "v"):
					w.sounds = append(w.sounds, sound{vowels: "u"})
				}
				next = append(next, w)
			}
		}
		all = next
	}
	return all
}

// appendReadings adds the keys of one way to read a name. bare is for scripts that leave short vowels out; long takes
// only what has many consonants.
func appendReadings(all []reading, w pronounced, bare, long bool) []reading {
	var key, full, heard strings.Builder
	consonants, vowels := 0, ""
	last := ""
	for i, s := range w.sounds {
		if s.vowels != "" {
			if i == 0 {
				key.WriteByte('A')
			}
			heard.WriteString(s.vowels)
			if vowels == "" { // else a glide among vowels
				full.WriteByte(nearVowel(s.vowels[0]))
			}
			vowels += s.vowels
			last = ""
			continue
		}
		vowels = ""
		if class := s.classes[0]; class != last {
			key.WriteString(class)
			full.WriteString(class)
			heard.WriteString(class)
			consonants += len(class)
			last = class
		}
	}
	if !bare && consonants == heard.Len() { // an abbreviation
		return all
	}
	end := ""
	if consonants > 0 {
		end = nameEnd(vowels)
	}
	add := func(key string) {
		if r := (reading{key, heard.String(), w.unusual}); !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	switch {
	case long && consonants < 4:
	case consonants >= 3:
		add(key.String() + end)
		if bare && end == "i" { // a final ي may be the a of موسى
			add(key.String() + "a")
		}
	case consonants == 2 && !bare:
		add("2" + full.String() + end)
		add(bareKey + key.String() + end)
	case consonants == 2:
		add(bareKey + key.String() + end)
	}
	return all
}

func nearVowel(v byte) byte {
	if v == 'e' {
		v = 'a'
	}
	return v - 'a' + 'A'
}

// nameEnd tells Sudan, Sudani and Sudana apart, but not Poutine from Putin, nor -o from -a.
func nameEnd(vowels string) string {
	switch {
	case vowels == "" || vowels == "e":
		return ""
	case strings.HasSuffix(vowels, "i") || strings.HasSuffix(vowels, "ie"):
		return "i"
	}
	return "a"
}

// bareKey begins keys by which short names are compared with scripts that leave vowels out, and with no others.
const bareKey = "~"
