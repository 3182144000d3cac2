package archive

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"dateline/internal/markup"
)

// body makes a story's document of what WordPress stores, which is neither quite
// HTML nor quite text: macros first, then blocks or paragraphs, then the strict
// document. What the site itself would have added on the way to a reader is made
// here, since it stands nowhere in the export.
func (p *wxr) body(s *Story) {
	content := s.Original
	if len(content) > markup.MaxBytes {
		p.note("text beyond 2 MB cut off", content[markup.MaxBytes:])
		content = strings.ToValidUTF8(content[:markup.MaxBytes], "")
	}
	p.room = markup.MaxBytes
	content = strings.ReplaceAll(content, "\r\n", "\n")
	content = expandShortcodes(content, func(c shortcode) string { return p.shortcode(s, c) })
	doc, report := markup.FromHTML(p.unblock(content))
	s.Report = report
	s.Body = p.pictures(s, doc)
}

// tooMuch: a few bytes can ask for a long block or gallery, again and again.
const tooMuch = "galleries and reusable blocks beyond 2 MB left out"

// tidy runs the paragrapher: over classic text as WordPress would, over blocks
// without adding paragraphs.
func tidy(s string, classic bool) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	w := paragrapher{auto: classic}
	return w.run(s)
}

// linkCard is an address that stands alone, as package markup reads it.
func linkCard(address, title string) string {
	return `<div data-card="` + html.EscapeString(address) + `" data-title="` + html.EscapeString(title) + `"></div>`
}

// shortcode gives the HTML that stands for a macro. Those nobody here knows go;
// what they enclose stays.
func (p *wxr) shortcode(s *Story, c shortcode) string {
	switch c.name {
	case "caption", "wp_caption":
		return captioned(c)
	case "gallery":
		return p.gallery(s, c)
	case "embed", "youtube", "vimeo", "tweet", "instagram", "soundcloud", "facebook", "dailymotion", "tiktok":
		if address := c.address(); address != "" {
			return "\n\n" + linkCard(address, "") + "\n\n"
		}
	case "audio", "video", "wpvideo":
		for _, key := range []string{"src", "mp4", "m4v", "webm", "ogv", "mp3", "m4a", "ogg", "wav"} {
			if address := c.attrs[key]; loneAddress(address) {
				return "\n\n" + linkCard(address, path.Base(address)) + "\n\n"
			}
		}
		if address := c.address(); address != "" {
			return "\n\n" + linkCard(address, path.Base(address)) + "\n\n"
		}
	case "code", "sourcecode", "preformatted":
		return "<pre>" + strings.ReplaceAll(c.inner, "<", "&lt;") + "</pre>"
	}
	p.note("a shortcode; what it enclosed stays", c.whole)
	if c.inner != "" && layout.MatchString(c.name) {
		return "\n\n" + c.inner + "\n\n"
	}
	return c.inner
}

// layout matches macros that set their text in a place of its own: what page
// builders and themes call boxes, rows and columns.
var layout = regexp.MustCompile(`(?i)^(?:vc|et_pb|fusion|av|cs|x|mk|su|tatsu|kc)_|row|column|col$|section|box|one_|two_|three_|half|third|tab|toggle|accordion|note`)

// address is the web address that a macro is about.
func (c *shortcode) address() string {
	candidates := []string{plainLine(c.inner), c.attrs["url"], c.attrs["src"], c.attrs["href"]}
	candidates = append(candidates, c.plain...)
	for _, v := range candidates {
		if v = strings.TrimSpace(html.UnescapeString(v)); loneAddress(v) {
			return v
		}
	}
	id := c.attrs["id"]
	if len(c.plain) > 0 {
		id = c.plain[0]
	}
	switch {
	case !bareID(id):
	case c.name == "youtube":
		return "https://www.youtube.com/watch?v=" + id
	case c.name == "vimeo":
		return "https://vimeo.com/" + id
	}
	return ""
}

func bareID(id string) bool {
	return len(id) >= 6 && len(id) <= 20 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == ""
}

// captioned makes a figure of [caption]<img> words[/caption], or of the older form
// that has the words in an attribute.
func captioned(c shortcode) string {
	picture, words := c.inner, c.attrs["caption"]
	if i := strings.LastIndex(c.inner, "<img"); i >= 0 {
		var tags tagSkipper
		end := i + tags.length(c.inner, i)
		if rest := c.inner[end:]; strings.HasPrefix(strings.TrimSpace(rest), "</a>") {
			end += strings.Index(rest, "</a>") + len("</a>")
		}
		if picture = c.inner[:end]; words == "" {
			words = c.inner[end:]
		}
	}
	return "\n\n<figure>" + picture + "<figcaption>" + strings.TrimSpace(words) + "</figcaption></figure>\n\n"
}

const maxGallery = 200

// gallery puts its pictures one after another: there is no gallery here.
func (p *wxr) gallery(s *Story, c shortcode) string {
	ids := splitIDs(c.attrs["ids"] + "," + c.attrs["include"])
	if len(ids) == 0 {
		out := splitIDs(c.attrs["exclude"])
		for _, id := range p.known.uploadedTo(s.OldID) {
			if !slices.Contains(out, id) {
				ids = append(ids, id)
			}
		}
	}
	var b strings.Builder
	for _, id := range ids[:min(len(ids), maxGallery)] {
		m, ok := p.known.attachments[id]
		if !ok {
			p.note("a gallery's picture that is not in the export so far", "attachment "+id)
			continue
		}
		if p.room -= len(m.url) + len(m.alt) + len(m.caption) + 100; p.room < 0 {
			p.note(tooMuch, c.whole)
			return b.String()
		}
		fmt.Fprintf(&b, "\n\n<figure><img src=\"%s\" alt=\"%s\"><figcaption>%s</figcaption></figure>\n\n",
			html.EscapeString(m.url), html.EscapeString(m.alt), html.EscapeString(m.caption))
	}
	if b.Len() == 0 {
		p.note("a gallery without pictures in the export", c.whole)
	}
	return b.String()
}

func splitIDs(s string) []string {
	var ids []string
	for id := range strings.SplitSeq(s, ",") {
		if id = strings.TrimSpace(id); id != "" {
			ids = append(ids, id)
		}
	}
	return ids
}
