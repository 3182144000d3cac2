package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
	"dateline/internal/web"
)

// A storyInput is what a story is made of, as programs send it.
type storyInput struct {
	Kind          string          `json:"kind" enum:"article,page" doc:"A dated article, or a standing page such as About. It cannot be changed later."`
	Headline      string          `json:"headline" need:"yes"`
	Standfirst    string          `json:"standfirst"`
	Kicker        string          `json:"kicker"`
	ShortHeadline string          `json:"short_headline" doc:"For narrow lists."`
	Dateline      string          `json:"dateline" doc:"The place, as printed: BAGHDAD."`
	Byline        []name          `json:"byline" doc:"Names; new ones are made."`
	Section       name            `json:"section" doc:"Name or slug, in any case."`
	Topics        []name          `json:"topics" doc:"Names or slugs; an editor's new ones are made."`
	Language      string          `json:"language" doc:"BCP 47; the site's if not given."`
	Body          string          `json:"body" doc:"Markdown. A picture is ![alt](media:ID \"caption | credit\"), a related story [[story:ID]]. Of body, body_html and body_doc one may be given, of at most 2 MB."`
	BodyHTML      string          `json:"body_html"`
	BodyDoc       json.RawMessage `json:"body_doc" doc:"The editor's own document."`
	Picture       *pictureInput   `json:"picture"`
	Slug          string          `json:"slug" doc:"Wished; else made of the headline."`
	PublishAt     time.Time       `json:"publish_at" doc:"Planned; a story goes out by itself only once it is scheduled."`
	TimeZone      string          `json:"time_zone" doc:"The zone it was planned in, like Europe/Berlin."`
	EmbargoUntil  time.Time       `json:"embargo_until"`
	ExternalURL   string          `json:"external_url" doc:"The story is elsewhere; lists lead there."`
	Comments      string          `json:"comments" enum:"open,closed"`
	ReadMore      *readMore       `json:"read_more" doc:"What an editor wants under \"Read more\"; null is nothing."`
	Note          string          `json:"note" doc:"For colleagues, on the revision."`
}

// A readMore is an editor's hand in what stands under a story.
type readMore struct {
	Pins       []string `json:"pins" doc:"Ids of stories that stand first, in this order, as soon as readers see them."`
	Exclusions []string `json:"exclusions" doc:"Ids of stories that never stand there."`
}

// A storyPatch is the same where only what is given changes.
type storyPatch storyInput

type pictureInput struct {
	Media   string `json:"media" need:"yes"`
	Caption string `json:"caption"`
	Credit  string `json:"credit"`
	Alt     string `json:"alt"`
}

// A name is what somebody calls a section, topic or author: its name or slug, or the
// object that answers have in its place.
type name string

func (n *name) UnmarshalJSON(b []byte) error {
	var obj ref
	if len(b) > 0 && b[0] == '{' {
		if err := web.DecodeJSON(b, &obj); err != nil {
			return err
		}
		if *n = name(obj.Slug); obj.Slug == "" {
			*n = name(obj.Name)
		}
		return nil
	}
	var s string
	err := json.Unmarshal(b, &s)
	*n = name(s)
	return err
}

// An edit is a request about a story's content, checked as far as it can be without
// the story.
type edit struct {
	storyInput
	given   map[string]json.RawMessage
	section news.Ref
	body    markup.Document
	dropped markup.Report
}

// readEdit reads a request into an edit. All mistakes are told at once.
func (a *API) readEdit(ctx context.Context, q *request, fresh bool) (*edit, error) {
	e := &edit{}
	if err := q.decode(&e.storyInput, false); err != nil {
		return nil, err
	}
	e.given = q.members()
	var f news.Faults
	if err := e.readBody(&f); err != nil {
		return nil, err
	}
	for field, at := range map[string]*time.Time{"publish_at": &e.PublishAt, "embargo_until": &e.EmbargoUntil} {
		if m, ok := e.given[field]; ok && !isNull(m) {
			*at = instant(&f, field, *at)
		}
	}
	e.choose(&f, "comments", e.Comments, "open", "closed")
	e.choose(&f, "kind", e.Kind, "article", "page")
	if _, ok := e.given["kind"]; ok && !fresh {
		f.Add("kind", "A story's kind cannot be changed.")
	}
	if _, err := markup.CleanLine(e.Slug); err != nil {
		f.Add("slug", "This %s.", err)
	}
	if err := a.findSection(ctx, &f, "section", string(e.Section), &e.section); err != nil {
		return nil, err
	}
	// The newsroom's own check, so that its mistakes are told with the others.
	var c news.Content
	if _, ok := e.given["headline"]; !ok && !fresh {
		c.Headline = "-"
	}
	var plan news.Plan
	e.apply(&c, &plan)
	if err := c.Clean(); err != nil {
		f = append(f, web.Explain(err).Fields...)
	}
	return e, f.Err()
}

func (e *edit) choose(f *news.Faults, field, value string, from ...string) {
	if value != "" && value != from[0] && value != from[1] {
		f.Add(field, "Choose %s.", strings.Join(from, " or "))
	}
}

// instant checks a time that was given.
func instant(f *news.Faults, field string, t time.Time) time.Time {
	if t = t.UTC(); t.Year() < 1970 || t.Year() > 9999 {
		f.Add(field, "Use a date and time that exist, like 2026-11-25T18:00:00Z.")
	}
	return t.Truncate(time.Microsecond)
}

// readBody makes the document of whichever form the text came in.
func (e *edit) readBody(f *news.Faults) error {
	var forms []string
	for _, field := range []string{"body", "body_html", "body_doc"} {
		m, ok := e.given[field]
		if !ok || isNull(m) {
			continue
		}
		forms = append(forms, field)
		if len(forms) > 1 {
			f.Add(field, "Send only one of body, body_html and body_doc.")
		}
	}
	if len(forms) != 1 {
		return nil
	}
	field := forms[0]
	src := map[string]string{"body": e.Body, "body_html": e.BodyHTML, "body_doc": string(e.BodyDoc)}[field]
	if len(src) > news.MaxBody {
		return &news.Error{Kind: news.TooLarge, Message: fmt.Sprintf("This text is too long: at most %s.", web.Size(news.MaxBody)),
			Fields: []news.FieldError{{Field: field, Detail: fmt.Sprintf("At most %s.", web.Size(news.MaxBody))}}}
	}
	if field == "body_doc" {
		var err error
		var wrong *markup.ParseError
		if e.body, err = markup.Parse(e.BodyDoc); errors.As(err, &wrong) {
			if wrong.Path != "" {
				field += "." + wrong.Path
			}
			f.Add(field, "This %s.", wrong.Detail)
		} else if err != nil {
			return fmt.Errorf("read body_doc: %w", err)
		}
	} else {
		if _, err := markup.CleanText(src); err != nil {
			f.Add(field, "This %s.", err)
			return nil
		}
		if field == "body" {
			e.body, e.dropped = markup.FromMarkdown(src)
		} else {
			e.body, e.dropped = markup.FromHTML(src)
		}
	}
	// Readers' browsers may not be sent to other hosts.
	e.body = e.body.MapPictures(func(p markup.Picture) (markup.Picture, bool) {
		if p.Foreign() {
			e.dropped = append(e.dropped, markup.Change{What: "a picture from another site: upload it here instead", Count: 1, Example: clip(p.Media)})
		}
		return p, !p.Foreign()
	})
	return nil
}

// findSection finds what a section was called; an empty name is none.
func (a *API) findSection(ctx context.Context, f *news.Faults, field, called string, into *news.Ref) error {
	if called = strings.TrimSpace(called); called == "" {
		return nil
	}
	sections, err := a.o.Shelf.Sections(ctx)
	if err != nil {
		return err
	}
	for _, s := range sections {
		if strings.EqualFold(s.Slug, called) || strings.EqualFold(s.Name, called) {
			*into = news.Ref{Slug: s.Slug, Name: s.Name}
			return nil
		}
	}
	f.Add(field, "There is no section %q.", clip(called))
	return nil
}

// apply changes what was given. It may run twice.
func (e *edit) apply(c *news.Content, plan *news.Plan) {
	set := func(field string, do func()) {
		if _, ok := e.given[field]; ok {
			do()
		}
	}
	set("headline", func() { c.Headline = e.Headline })
	set("standfirst", func() { c.Standfirst = e.Standfirst })
	set("kicker", func() { c.Kicker = e.Kicker })
	set("short_headline", func() { c.ShortHeadline = e.ShortHeadline })
	set("dateline", func() { c.Dateline = e.Dateline })
	set("byline", func() { c.Byline = called(e.Byline) })
	set("section", func() { c.Section = e.section })
	set("topics", func() { c.Topics = called(e.Topics) })
	set("language", func() { c.Language = e.Language })
	set("body", func() { c.Body = e.body })
	set("body_html", func() { c.Body = e.body })
	set("body_doc", func() { c.Body = e.body })
	set("picture", func() {
		c.Picture = nil
		if p := e.Picture; p != nil {
			c.Picture = &news.PictureUse{Media: news.MediaID(p.Media), Caption: p.Caption, Credit: p.Credit, Alt: p.Alt}
		}
	})
	set("slug", func() { c.Slug = e.Slug })
	set("embargo_until", func() { c.EmbargoUntil = e.EmbargoUntil })
	set("external_url", func() { c.ExternalURL = e.ExternalURL })
	set("comments", func() { c.CommentsShut = e.Comments == "closed" })
	set("read_more", func() {
		c.ReadMore = news.ReadMore{}
		if m := e.ReadMore; m != nil {
			c.ReadMore = news.ReadMore{Pins: ids(m.Pins), Exclusions: ids(m.Exclusions)}
		}
	})
	set("publish_at", func() { plan.PublishAt = e.PublishAt })
	set("time_zone", func() { plan.TimeZone = e.TimeZone })
}

func ids(list []string) (out []news.StoryID) {
	for _, id := range list {
		out = append(out, news.StoryID(id))
	}
	return out
}

func called(names []name) []news.Ref {
	var out []news.Ref
	for _, n := range names {
		out = append(out, news.Ref{Name: string(n)})
	}
	return out
}
