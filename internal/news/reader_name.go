package news

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/markup"
)

// CleanReaderName gives a display name as it will be shown, or says what to change. taken
// are names that only their owners may have, or look like: of the newsroom, of the site.
func CleanReaderName(name string, taken []string) (string, error) {
	name, err := markup.CleanLine(name)
	if err != nil {
		return "", Wrong("name", "This name has characters that cannot be shown.")
	}
	marks, letters := 0, 0
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Cf, r), r == '\u034F', r == '\u115F', r == '\u1160', r == '\u3164', r == '\uFFA0', r == '\u2800':
			return "", Wrong("name", "This name has characters that nobody can see. Type it without them.")
		case unicode.Is(unicode.Mn, r):
			if marks++; marks > 3 {
				return "", Wrong("name", "This name has too many marks above each other.")
			}
			continue
		case unicode.IsLetter(r):
			letters++
		}
		marks = 0
	}
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", Wrong("name", "Choose a name. It stands beside your comments.")
	case n > MaxReaderName:
		return "", Wrong("name", "Use at most %d characters.", MaxReaderName)
	case letters == 0:
		return "", Wrong("name", "A name needs a letter.")
	case strings.ContainsAny(name, "@/\\<>") || strings.Contains(strings.ToLower(name), "www."):
		return "", Wrong("name", "A name is no address. Leave out @, / and the like.")
	case slices.ContainsFunc(strings.Fields(strings.ToLower(name)), mixed):
		return "", Wrong("name", "This name mixes letters of different scripts in one word. Use those of one.")
	}
	own := NameSkeleton(name)
	for _, t := range taken {
		if other := NameSkeleton(t); other != "" && (own == other || len(other) > 7 && strings.Contains(own, other)) {
			return "", Wrong("name", "This name is, or looks like, one of the newsroom. Choose another one.")
		}
	}
	return name, nil
}
