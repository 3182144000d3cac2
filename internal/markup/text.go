package markup

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the words of a story as plain text: a block each, an empty
// line between them. Captions are left out (see [Document.Captions]), as are
// related stories; a link card gives its title.
func (d Document) Text() string {
	var blocks []string
	for _, n := range d.nodes() {
		blocks = n.plain(blocks)
	}
	return strings.Join(blocks, "\n\n")
}

// plain appends a block's text to those before it.
func (n node) plain(blocks []string) []string {
	add := func(s string) {
		if strings.TrimSpace(s) != "" {
			blocks = append(blocks, s)
		}
	}
	switch n.kind {
	case kindParagraph, kindHeading, kindCodeBlock:
		add(n.words())
	case kindLinkCard:
		add(n.attr("title"))
	case kindTable:
		add(n.attr("caption"))
		var rows []string
		for _, row := range n.content {
			var cells []string
			for _, c := range row.content {
				cells = append(cells, strings.ReplaceAll(c.words(), "\n", " "))
			}
			rows = append(rows, strings.Join(cells, "\t"))
		}
		add(strings.Join(rows, "\n"))
	case kindPicture, kindRelated, kindRule:
	default:
		for _, c := range n.content {
			blocks = c.plain(blocks)
		}
		if n.kind == kindBlockquote {
			if said := n.attr("attribution"); said != "" {
				add("— " + said)
			}
		}
	}
	return blocks
}

// words is the text of inline content; a hard break is a line end.
func (n node) words() string {
	var b strings.Builder
	for _, c := range n.content {
		if c.kind == kindHardBreak {
			b.WriteByte('\n')
		}
		b.WriteString(c.text)
	}
	return b.String()
}

// Captions returns the captions of the document's pictures that have one, in
// order, for whoever searches or counts them apart from the text.
func (d Document) Captions() []string {
	var out []string
	for _, p := range d.Pictures() {
		if p.Caption != "" {
			out = append(out, p.Caption)
		}
	}
	return out
}

// Words counts the words of [Document.Text]; see [Words].
func (d Document) Words() int { return Words(d.Text()) }

// Words counts the words of plain text. Characters of Chinese, Japanese and
// Korean count two to the word, as newsrooms there reckon length.
func Words(text string) int {
	words, signs, inside := 0, 0, false
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			signs++
			inside = false
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if !inside {
				words++
			}
			inside = true
		case unicode.IsSpace(r) || unicode.Is(unicode.Dash, r) && r != '-':
			inside = false
		}
	}
	return words + (signs+1)/2
}

// Summary returns the beginning of the story's paragraphs as one line of at
// most maxRunes characters: cut after a sentence when that keeps more than
// half, else after a word, with an ellipsis.
func (d Document) Summary(maxRunes int) string {
	var b strings.Builder
	for _, n := range d.nodes() {
		if n.kind == kindParagraph {
			b.WriteString(n.words())
			b.WriteByte(' ')
		}
		if b.Len() > 8*maxRunes { // more than enough in any script
			break
		}
	}
	return Summary(b.String(), maxRunes)
}

// Summary shortens plain text in the same way.
func Summary(text string, maxRunes int) string {
	if len(text) > 8*maxRunes {
		text = strings.ToValidUTF8(text[:8*maxRunes], "")
	}
	s := oneLine(text)
	if utf8.RuneCountInString(s) <= maxRunes {
		return s
	}
	if maxRunes < 2 {
		return ""
	}
	runes := []rune(s)[:maxRunes]
	for i := len(runes) - 2; i > maxRunes/2; i-- {
		if strings.ContainsRune(".!?؟。！？", runes[i]) && (runes[i+1] == ' ' || runes[i] > 0x3000) {
			return string(runes[:i+1])
		}
	}
	for i := len(runes) - 1; i > maxRunes/2; i-- {
		if runes[i] == ' ' {
			return strings.TrimRight(string(runes[:i]), " ,;:–—") + "…"
		}
	}
	return string(runes[:maxRunes-1]) + "…"
}
