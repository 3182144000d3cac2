package newsroom

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/web"
)

// A storyForm is the editing form as it stands on the screen: what was typed, as it
// was typed, so that it can be shown again whatever happens.
type storyForm struct {
	Kind          string
	Base          int // the revision it was filled from; 0 for a new story
	Headline      string
	Standfirst    string
	Kicker        string
	ShortHeadline string
	Dateline      string
	Byline        string
	Section       string
	Topics        string
	Language      string
	Body          string // Markdown
	Slug          string
	ExternalURL   string
	CommentsOpen  bool
	Media         string
	Caption       string
	Credit        string
	Alt           string
	Embargo       string
	PublishAt     string
	TimeZone      string
	Change        string // minor or substance
	Note          string
	More          news.ReadMore
	MoreGiven     bool   // the form had it; what was chosen stays where it had not
	PinAddress    string // of a story to pin
}

// formOf fills the form from a story's latest revision.
func (n *Newsroom) formOf(s *news.Story) storyForm {
	c := &s.Content
	zone := n.zoneOf(s.TimeZone)
	f := storyForm{
		Kind: string(s.Kind), Base: s.Revision,
		Headline: c.Headline, Standfirst: c.Standfirst, Kicker: c.Kicker, ShortHeadline: c.ShortHeadline,
		Dateline: c.Dateline, Byline: names(c.Byline), Section: c.Section.Slug, Topics: names(c.Topics),
		Language: c.Language, Body: c.Body.Markdown(), Slug: c.Slug, ExternalURL: c.ExternalURL,
		CommentsOpen: !c.CommentsShut, More: c.ReadMore, MoreGiven: true,
		Embargo: localTime(c.EmbargoUntil, zone), PublishAt: localTime(s.PublishAt, zone), TimeZone: zone.String(),
	}
	if p := c.Picture; p != nil {
		f.Media, f.Caption, f.Credit, f.Alt = string(p.Media), p.Caption, p.Credit, p.Alt
	}
	return f
}

func (n *Newsroom) zoneOf(name string) *time.Location {
	zone, err := loadZone(name, n.o.Zone)
	if err != nil {
		return n.o.Zone
	}
	return zone
}

// typed reads the form as it was sent.
func typed(in web.Form) storyForm {
	base, _ := strconv.Atoi(in.Get("base")) // nonsense is revision 0, which is never current
	f := storyForm{
		Kind: in.Get("kind"), Base: base,
		Headline: in.Text("headline"), Standfirst: in.Text("standfirst"), Kicker: in.Text("kicker"),
		ShortHeadline: in.Text("short_headline"), Dateline: in.Text("dateline"), Byline: in.Text("byline"),
		Section: in.Get("section"), Topics: in.Text("topics"), Language: in.Get("language"),
		Body: in.Text("body"), Slug: in.Get("slug"), ExternalURL: in.Get("external_url"),
		CommentsOpen: in.Get("comments") == "open",
		Media:        in.Get("media"), Caption: in.Text("caption"), Credit: in.Text("credit"), Alt: in.Text("alt"),
		Embargo: in.Get("embargo_until"), PublishAt: in.Get("publish_at"), TimeZone: in.Get("time_zone"),
		Change: in.Get("change"), Note: in.Text("note"),
	}
	f.More, f.MoreGiven = readMoreTyped(in)
	f.PinAddress = in.Text("pin_address")
	f.Topics = topicsTicked(f.Topics, in)
	if in.Get("no_picture") != "" {
		f.Media, f.Caption, f.Credit, f.Alt = "", "", "", ""
	}
	return f
}

// content makes the story's content and plan of the form. was is the revision it was
// filled from: names that were not touched keep their identity, and a text that was
// not touched keeps its document, since Markdown cannot say everything one holds.
func (n *Newsroom) content(f storyForm, was *news.Story, sections []news.Section) (news.Content, news.Plan, markup.Report, error) {
	c := news.Content{
		Headline: f.Headline, Standfirst: f.Standfirst, Kicker: f.Kicker, ShortHeadline: f.ShortHeadline,
		Dateline: f.Dateline, Byline: refs(f.Byline, was.Content.Byline), Topics: refs(f.Topics, was.Content.Topics),
		Language: strings.TrimSpace(f.Language), Slug: strings.TrimSpace(f.Slug),
		ExternalURL: strings.TrimSpace(f.ExternalURL), CommentsShut: !f.CommentsOpen,
	}
	var faults news.Faults
	collect := func(err error) {
		if err != nil {
			faults = append(faults, web.Explain(err).Fields...)
		}
	}
	if f.Section != "" {
		i := slices.IndexFunc(sections, func(s news.Section) bool { return s.Slug == f.Section })
		if i < 0 {
			faults.Add("section", "There is no such section.")
		} else {
			c.Section = news.Ref{Slug: sections[i].Slug, Name: sections[i].Name}
		}
	}
	if c.ReadMore = was.Content.ReadMore; f.MoreGiven {
		c.ReadMore = f.More
	}
	if f.Media != "" {
		c.Picture = &news.PictureUse{Media: news.MediaID(f.Media), Caption: f.Caption, Credit: f.Credit, Alt: f.Alt}
	}
	var report markup.Report
	switch {
	case len(f.Body) > news.MaxBody:
		faults.Add("body", "This text is too long: at most %s.", web.Size(news.MaxBody))
	case was.Revision > 0 && f.Body == was.Content.Body.Markdown():
		c.Body = was.Content.Body
	default:
		c.Body, report = markup.FromMarkdown(f.Body)
		c.Body = dropForeign(c.Body, &report)
	}
	zone, err := loadZone(f.TimeZone, n.o.Zone)
	collect(err)
	plan := news.Plan{PublishAt: was.PublishAt, TimeZone: was.TimeZone}
	if err == nil {
		c.EmbargoUntil, err = parseLocal("embargo_until", f.Embargo, zone, was.Content.EmbargoUntil)
		collect(err)
		plan.PublishAt, err = parseLocal("publish_at", f.PublishAt, zone, was.PublishAt)
		collect(err)
		plan.TimeZone = ""
		if !plan.PublishAt.IsZero() {
			plan.TimeZone = zone.String()
		}
	}
	cleaned := c
	cleaned.Byline, cleaned.Topics = slices.Clone(c.Byline), slices.Clone(c.Topics)
	if c.Picture != nil {
		p := *c.Picture
		cleaned.Picture = &p
	}
	collect(cleaned.Clean())
	return cleaned, plan, report, faults.Err()
}

// dropForeign takes out pictures that are elsewhere: readers' browsers may not be
// sent to other hosts.
func dropForeign(d markup.Document, report *markup.Report) markup.Document {
	return d.MapPictures(func(p markup.Picture) (markup.Picture, bool) {
		if !p.Foreign() {
			return p, true
		}
		*report = append(*report, markup.Change{What: "A picture from another site: upload it here instead", Count: 1, Example: p.Media})
		return p, false
	})
}

// same tells whether two contents hold the same, as they are stored.
func same(a, b news.Content) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

func names(refs []news.Ref) string {
	var out []string
	for _, r := range refs {
		out = append(out, r.Name)
	}
	return strings.Join(out, ", ")
}

// refs reads a list of names, separated by commas or lines.
func refs(s string, known []news.Ref) []news.Ref {
	var out []news.Ref
	for name := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ',' || r == '\n' || r == '،' }) {
		name = strings.Join(strings.Fields(name), " ")
		if name == "" || slices.ContainsFunc(out, func(r news.Ref) bool { return r.Name == name }) {
			continue
		}
		ref := news.Ref{Name: name}
		if i := slices.IndexFunc(known, func(r news.Ref) bool { return r.Name == name }); i >= 0 {
			ref = known[i]
		}
		out = append(out, ref)
	}
	return out
}
