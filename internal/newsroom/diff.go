package newsroom

import (
	"strings"
	"unicode"

	"dateline/internal/news"
	"dateline/internal/web"
)

// A fieldDiff is how one field of a story differs between two revisions.
type fieldDiff struct {
	Field string
	Lines []span
}

// A span is a run of text that stayed, went or came.
type span struct {
	Op   string // "", "del" or "ins"
	Text string
}

// compare lists the fields that differ, in the form's order.
func (n *Newsroom) compare(a, b *news.Content) []fieldDiff {
	var out []fieldDiff
	x, y := n.fields(a), n.fields(b)
	for i := range x {
		if x[i].text != y[i].text {
			out = append(out, fieldDiff{x[i].name, diff(x[i].text, y[i].text)})
		}
	}
	return out
}

type fieldText struct{ name, text string }

func (n *Newsroom) fields(c *news.Content) []fieldText {
	var media, caption, credit, alt, embargo, comments string
	if p := c.Picture; p != nil {
		media, caption, credit, alt = string(p.Media), p.Caption, p.Credit, p.Alt
	}
	embargo = n.when(c.EmbargoUntil)
	if comments = "open"; c.CommentsShut {
		comments = "closed"
	}
	return []fieldText{
		{"kicker", c.Kicker}, {"headline", c.Headline}, {"short_headline", c.ShortHeadline}, {"standfirst", c.Standfirst},
		{"byline", names(c.Byline)}, {"section", c.Section.Name}, {"topics", names(c.Topics)}, {"dateline", c.Dateline},
		{"body", c.Body.Markdown()}, {"picture", media}, {"picture.caption", caption}, {"picture.credit", credit},
		{"picture.alt", alt}, {"language", c.Language}, {"slug", c.Slug}, {"external_url", c.ExternalURL},
		{"embargo_until", embargo}, {"comments", comments}, {"read_more", moreText(c.ReadMore)},
	}
}

// moreText lists what was chosen under "Read more", by the stories' ids.
func moreText(m news.ReadMore) string {
	var lines []string
	for _, id := range m.Pins {
		lines = append(lines, "first: "+string(id))
	}
	for _, id := range m.Exclusions {
		lines = append(lines, "never: "+string(id))
	}
	return strings.Join(lines, "\n")
}

// maxTable bounds the work of one comparison, in cells; a longer middle is shown as
// gone and come as a whole.
const maxTable = 4_000_000

// diff compares two texts word by word, by the longest common subsequence of what is
// left after their common beginning and end.
func diff(a, b string) []span {
	x, y := words(a), words(b)
	start := 0
	for start < len(x) && start < len(y) && x[start] == y[start] {
		start++
	}
	end := 0
	for end < len(x)-start && end < len(y)-start && x[len(x)-1-end] == y[len(y)-1-end] {
		end++
	}
	var out spans
	out.add("", x[:start]...)
	out.middle(x[start:len(x)-end], y[start:len(y)-end])
	out.add("", x[len(x)-end:]...)
	return out.readable(len(a) + len(b))
}

// readable makes whole changes of what only stray words held apart.
func (s spans) readable(size int) []span {
	var hunks []web.Hunk
	for _, x := range s {
		if x.Op == "" || len(hunks) == 0 {
			hunks = append(hunks, web.Hunk{})
		}
		h := &hunks[len(hunks)-1]
		switch x.Op {
		case "del":
			h.Gone += x.Text
		case "ins":
			h.Come += x.Text
		default:
			h.Keep += x.Text
		}
	}
	var out spans
	for _, h := range web.Readable(hunks, size) {
		for _, x := range []span{{"", h.Keep}, {"del", h.Gone}, {"ins", h.Come}} {
			if x.Text != "" {
				out.add(x.Op, x.Text)
			}
		}
	}
	return out
}

type spans []span

func (s *spans) add(op string, words ...string) {
	if len(words) == 0 {
		return
	}
	text := strings.Join(words, "")
	if n := len(*s); n > 0 && (*s)[n-1].Op == op {
		(*s)[n-1].Text += text
		return
	}
	*s = append(*s, span{op, text})
}

func (s *spans) middle(x, y []string) {
	if len(x)*len(y) > maxTable || len(x) == 0 || len(y) == 0 {
		s.add("del", x...)
		s.add("ins", y...)
		return
	}
	// common[i][j] is the longest common subsequence of x[i:] and y[j:].
	w := len(y) + 1
	common := make([]int32, (len(x)+1)*w)
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				common[i*w+j] = common[(i+1)*w+j+1] + 1
			} else {
				common[i*w+j] = max(common[(i+1)*w+j], common[i*w+j+1])
			}
		}
	}
	// Deletions are held back until something stays, so that a changed passage reads
	// as one gone and one come.
	var gone, come []string
	settle := func() {
		s.add("del", gone...)
		s.add("ins", come...)
		gone, come = nil, nil
	}
	for i, j := 0, 0; i < len(x) || j < len(y); {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			settle()
			s.add("", x[i])
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && common[(i+1)*w+j] >= common[i*w+j+1]:
			gone = append(gone, x[i])
			i++
		default:
			come = append(come, y[j])
			j++
		}
	}
	settle()
}

// words cuts a text into words and what stands between them; joined they give it back.
func words(s string) []string {
	var out []string
	start := 0
	var last int // kind of the rune before
	for i, r := range s {
		kind := 3 // signs stand alone
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			kind = 1
		case unicode.IsSpace(r):
			kind = 2
		}
		if i > 0 && (kind != last || kind == 3) {
			out = append(out, s[start:i])
			start = i
		}
		last = kind
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
