package archive

import (
	"encoding/json"
	"regexp"
	"strings"
)

// Gutenberg, WordPress's editor since 2018, marks its blocks with comments:
// <!-- wp:name {"key": "value"} -->HTML<!-- /wp:name -->. The HTML between needs no
// paragraphs made, text outside of blocks does.

// A block is an open or void Gutenberg block.
type block struct {
	name       string // without "core/"
	attrs      string // JSON, or ""
	closes     bool
	void       bool
	start, end int // of the comment in the text
}

var blockComment = regexp.MustCompile(`^<!--\s+(/?)wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)\s+(?s:(\{.*\})\s+)?(/?)-->$`)

// nextBlock finds the next block comment at or after from; ok is false when there
// is none.
func nextBlock(s string, from int) (b block, ok bool) {
	for {
		i := strings.Index(s[from:], "<!--")
		if i < 0 {
			return b, false
		}
		i += from
		n := strings.Index(s[i:], "-->")
		if n < 0 {
			return b, false
		}
		from = i + n + len("-->")
		if m := blockComment.FindStringSubmatch(s[i:from]); m != nil {
			return block{name: strings.TrimPrefix(m[2], "core/"), attrs: m[3], closes: m[1] != "", void: m[4] != "", start: i, end: from}, true
		}
	}
}

// unblock makes plain HTML of a body, whichever editor wrote it.
func (p *wxr) unblock(s string) string {
	if !strings.Contains(s, "<!-- wp:") {
		return tidy(s, true)
	}
	var out strings.Builder
	var text strings.Builder // HTML of blocks, or of none, since the last change between the two
	free := true
	turn := func(toFree bool) {
		if free != toFree {
			out.WriteString(tidy(text.String(), free))
			text.Reset()
			free = toFree
		}
	}
	depth, at := 0, 0
	for {
		b, ok := nextBlock(s, at)
		if !ok {
			break
		}
		text.WriteString(s[at:b.start])
		at = b.end
		switch {
		case b.closes:
			if depth = max(0, depth-1); depth == 0 {
				turn(true)
			}
		case b.void:
			turn(false)
			p.voidBlock(&text, b)
			if depth == 0 {
				turn(true)
			}
		case b.name == "freeform":
			turn(true)
		case b.name == "embed", strings.HasPrefix(b.name, "core-embed/"), b.name == "gallery":
			turn(false)
			end, next := blockEnd(s, b)
			inner := s[at:end]
			if at = next; b.name == "gallery" {
				text.WriteString(listTags.ReplaceAllString(inner, ""))
			} else {
				p.embedBlock(&text, b, inner)
			}
			if depth == 0 {
				turn(true)
			}
		default:
			turn(false)
			depth++
		}
	}
	text.WriteString(s[at:])
	out.WriteString(tidy(text.String(), free))
	return out.String()
}

// listTags: old galleries are lists of figures.
var listTags = regexp.MustCompile(`</?(?:ul|li)\b[^>]*>`)

// blockEnd finds where what b holds ends, and where the text goes on after it.
func blockEnd(s string, b block) (end, next int) {
	depth, at := 1, b.end
	for {
		in, ok := nextBlock(s, at)
		if !ok {
			return len(s), len(s)
		}
		at = in.end
		switch {
		case in.void:
		case !in.closes:
			depth++
		default:
			if depth--; depth == 0 {
				return in.start, in.end
			}
		}
	}
}

// voidBlock is a block without HTML: WordPress fills it when a page is shown.
func (p *wxr) voidBlock(out *strings.Builder, b block) {
	switch b.name {
	case "separator":
		out.WriteString("<hr>")
	case "spacer", "more", "nextpage":
	case "embed":
		p.embedBlock(out, b, "")
	case "block":
		p.reusedBlock(out, b)
	default:
		p.note("a block that WordPress fills when a page is shown", b.name)
	}
}

// reusedBlock puts in what stands in an item of its own and is shown in several
// stories. What such a block itself reuses is left out.
func (p *wxr) reusedBlock(out *strings.Builder, b block) {
	var attrs struct {
		Ref json.Number `json:"ref"`
	}
	_ = json.Unmarshal([]byte(b.attrs), &attrs)
	content, ok := p.known.reusable[attrs.Ref.String()]
	if !ok || p.reusing {
		p.note("a reusable block that is not in the export so far", b.attrs)
		return
	}
	if p.room -= len(content); p.room < 0 {
		p.note(tooMuch, b.attrs)
		return
	}
	p.reusing = true
	out.WriteString(p.unblock(content))
	p.reusing = false
}

var caption = regexp.MustCompile(`(?s)<figcaption[^>]*>(.*?)</figcaption>`)

// embedBlock makes a link of something that another site shows.
func (p *wxr) embedBlock(out *strings.Builder, b block, inner string) {
	var attrs struct {
		URL string `json:"url"`
	}
	// A broken comment has its address in the HTML, too.
	_ = json.Unmarshal([]byte(b.attrs), &attrs)
	if !loneAddress(attrs.URL) {
		attrs.URL = cleanLine(strip(caption.ReplaceAllString(inner, "")))
	}
	if !loneAddress(attrs.URL) {
		out.WriteString(inner)
		return
	}
	said := ""
	if m := caption.FindStringSubmatch(inner); m != nil {
		said = plainLine(m[1])
	}
	out.WriteString(linkCard(attrs.URL, said))
}
