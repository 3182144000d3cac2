package news

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"dateline/internal/markup"
)

// Content is what a reporter writes: everything of a story that a revision keeps
// and a version shows. It is stored as JSON, so a new field needs no migration.
type Content struct {
	Headline      string          `json:"headline"`
	Standfirst    string          `json:"standfirst,omitempty"`
	Kicker        string          `json:"kicker,omitempty"`
	ShortHeadline string          `json:"short_headline,omitempty"` // for narrow lists; empty means Headline
	Dateline      string          `json:"dateline,omitempty"`       // the place, as printed: "BAGHDAD"
	Byline        []Ref           `json:"byline,omitempty"`
	Section       Ref             `json:"section,omitzero"`
	Topics        []Ref           `json:"topics,omitempty"`
	Language      string          `json:"language,omitempty"` // BCP 47; empty means the site's
	Body          markup.Document `json:"body"`
	Picture       *PictureUse     `json:"picture,omitempty"`
	Slug          string          `json:"slug,omitempty"` // wished; empty means made from the headline
	EmbargoUntil  time.Time       `json:"embargo_until,omitzero"`
	ExternalURL   string          `json:"external_url,omitempty"` // the story is elsewhere; cards link there
	CommentsShut  bool            `json:"comments_shut,omitempty"`
	ReadMore      ReadMore        `json:"read_more,omitzero"`
}

// ReadMore is an editor's hand in what stands under "Read more". A story that readers do not
// see is passed over until they do.
type ReadMore struct {
	Pins       []StoryID `json:"pins,omitempty"`       // first, in this order
	Exclusions []StoryID `json:"exclusions,omitempty"` // never
}

// IsZero tells whether nothing was chosen.
func (m ReadMore) IsZero() bool { return len(m.Pins)+len(m.Exclusions) == 0 }

// A Ref points at a section, topic or author. A Ref with a Name but no Slug is not
// resolved yet: the store finds it by name, or makes it where the rule allows that.
type Ref struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// A PictureUse is a picture as one story shows it; its words override the
// picture's own.
type PictureUse struct {
	Media   MediaID `json:"media"`
	Caption string  `json:"caption,omitempty"`
	Credit  string  `json:"credit,omitempty"`
	Alt     string  `json:"alt,omitempty"`
}

// Limits of what one story holds, in characters unless said.
const (
	MaxLine   = 500       // a headline and every other one-line field
	MaxLead   = 2_000     // a standfirst, a note, a caption
	MaxTopics = 50        // topics of a story, and names in its byline
	MaxMore   = 20        // stories pinned under one, and as many left out
	MaxBody   = 2_000_000 // bytes of body as it was sent
)

// Clean puts the content's words into their stored form (white space, NFC) and says
// everything that is wrong with it. The field names are the API's.
func (c *Content) Clean() error {
	var f Faults
	line := func(field string, s *string, most int) { cleanField(&f, field, s, most, markup.CleanLine) }
	text := func(field string, s *string) { cleanField(&f, field, s, MaxLead, markup.CleanText) }
	line("headline", &c.Headline, MaxLine)
	if blank(c.Headline) && !f.has("headline") {
		f.Add("headline", "A story needs a headline.")
	}
	text("standfirst", &c.Standfirst)
	line("kicker", &c.Kicker, MaxLine)
	line("short_headline", &c.ShortHeadline, MaxLine)
	line("dateline", &c.Dateline, MaxLine)
	cleanRefs(&f, "byline", c.Byline)
	cleanRefs(&f, "topics", c.Topics)
	line("section", &c.Section.Name, MaxLine)
	line("section", &c.Section.Slug, MaxLine)
	if c.Language != "" {
		if tag, err := language.Parse(c.Language); err != nil {
			f.Add("language", "%q is no language tag. Use one like en, ar or pt-BR.", clip(c.Language))
		} else {
			c.Language = tag.String()
		}
	}
	if p := c.Picture; p != nil {
		if !IsID(string(p.Media)) {
			f.Add("picture", "There is no such picture.")
		}
		text("picture.caption", &p.Caption)
		line("picture.credit", &p.Credit, MaxLine)
		line("picture.alt", &p.Alt, MaxLead)
	}
	if c.Slug != "" {
		if s := Slug(c.Slug); s == "" {
			f.Add("slug", "Use letters and digits.")
		} else {
			c.Slug = s
		}
	}
	if c.ExternalURL != "" {
		u, err := url.Parse(c.ExternalURL)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || len(c.ExternalURL) > 2000 ||
			strings.ContainsFunc(u.Host+u.String(), strange) {
			f.Add("external_url", "Use a whole web address, like https://example.org/page.")
		} else {
			c.ExternalURL = u.String() // what no address may hold is percent-encoded, where it says the same so
		}
	}
	c.cleanReadMore(&f)
	return f.Err()
}

func (c *Content) cleanReadMore(f *Faults) {
	if c.ReadMore.IsZero() {
		return
	}
	clean := func(what string, ids []StoryID) []StoryID {
		if len(ids) > MaxMore {
			f.Add("read_more", "At most %d %s.", MaxMore, what)
		}
		var once []StoryID
		for _, id := range ids {
			if !IsID(string(id)) {
				f.Add("read_more", "%q is no story's id.", clip(string(id)))
			} else if !slices.Contains(once, id) {
				once = append(once, id)
			}
		}
		return once
	}
	m := ReadMore{clean("pins", c.ReadMore.Pins), clean("exclusions", c.ReadMore.Exclusions)}
	for _, id := range m.Pins {
		if slices.Contains(m.Exclusions, id) {
			f.Add("read_more", "One story is both pinned and left out.")
			break
		}
	}
	c.ReadMore = m
}

// blank tells whether nobody would see anything of s: no letter, digit, sign or symbol,
// or only those that fonts draw as nothing.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		switch r {
		case '\u115f', '\u1160', '\u3164', '\uffa0', '\u2800': // fillers of Hangul, the empty Braille cell
			return false
		}
		return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
	})
}

// strange tells what may not stand in an address, or would not be seen in it.
func strange(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("\"<>`\\", r)
}

func (f Faults) has(field string) bool {
	for _, x := range f {
		if x.Field == field {
			return true
		}
	}
	return false
}

// cleanField stores the cleaned value, or notes the fault.
func cleanField(f *Faults, field string, s *string, most int, clean func(string) (string, error)) {
	v, err := clean(*s)
	switch {
	case err != nil:
		f.Add(field, "%s", sentence(err))
	case utf8.RuneCountInString(v) > most:
		f.Add(field, "This is too long: at most %d characters.", most)
	default:
		*s = v
	}
}

func cleanRefs(f *Faults, field string, refs []Ref) {
	if len(refs) > MaxTopics {
		f.Add(field, "At most %d.", MaxTopics)
		return
	}
	for i := range refs {
		cleanField(f, field, &refs[i].Name, MaxLine, markup.CleanLine)
		cleanField(f, field, &refs[i].Slug, MaxLine, markup.CleanLine)
		if refs[i].Name == "" && refs[i].Slug == "" && !f.has(field) {
			f.Add(field, "A name is empty.")
		}
	}
}

// sentence makes a lower-case Go error read as a sentence.
func sentence(err error) string {
	s := err.Error()
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// Pictures lists every picture the content shows, the lead first, each once.
func (c *Content) Pictures() []MediaID {
	l := pictureList{}
	if c.Picture != nil {
		l.add(c.Picture.Media)
	}
	for _, p := range c.Body.Pictures() {
		l.add(MediaID(p.Media))
	}
	return l.ids
}

// A pictureList collects pictures, each once.
type pictureList struct{ ids []MediaID }

func (l *pictureList) add(id MediaID) {
	if id != "" && !slices.Contains(l.ids, id) {
		l.ids = append(l.ids, id)
	}
}
