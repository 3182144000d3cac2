package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/language"

	"dateline/internal/archive"
	"dateline/internal/news"
)

// convert makes one of our stories of another system's, and notes in words what had
// to be decided. Only what was open to everybody there is published here.
func (im *importer) convert(r *archive.Story) (in news.Imported, notes []string) {
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	in = news.Imported{
		Source: im.origin, OldID: r.Key, Kind: news.Article, Created: r.Date,
		Old: r.Addresses, Original: []byte(r.Original),
	}
	if r.Kind == archive.Page {
		in.Kind = news.Page
	}
	in.Content = im.content(r, note)
	switch r.Status {
	case archive.Published:
		switch {
		case r.Date.IsZero():
			// It was open to everybody; hiding it would break its address. WordPress's
			// own importer does the same.
			in.Status, in.FirstPublished = news.Published, im.now
			note("published with today's date: it has none")
		case r.Date.After(im.now):
			in.Status, in.PublishAt = news.Scheduled, r.Date
			note("scheduled: its date is still to come")
		default:
			in.Status, in.FirstPublished, in.Updated = news.Published, r.Date, r.Modified
		}
	case archive.Future:
		if r.Date.After(im.now) {
			in.Status, in.PublishAt = news.Scheduled, r.Date
		} else {
			in.Status = news.Draft
			note("kept as a draft: its planned date has passed")
		}
	case archive.Pending:
		in.Status = news.Submitted
	case archive.Private, archive.Password:
		in.Status = news.Draft
		note("kept as a draft: it was %s there", map[archive.Status]string{archive.Private: "private", archive.Password: "behind a password"}[r.Status])
	default:
		in.Status = news.Draft
	}
	return in, notes
}

func (im *importer) content(r *archive.Story, note func(string, ...any)) news.Content {
	c := news.Content{
		Headline: cut(r.Title, news.MaxLine), Standfirst: cut(r.Excerpt, news.MaxLead), Slug: news.Slug(r.Slug),
		Body: r.Body, CommentsShut: !r.CommentsOpen,
	}
	if c.Headline != r.Title {
		note("the headline was longer than %d characters and was cut", news.MaxLine)
	}
	if c.Headline == "" {
		// WordPress allows it; an address and a list need words.
		if c.Headline = r.Body.Summary(80); c.Headline == "" {
			c.Headline = "Untitled"
		}
		note("it has no headline; made from its text: %q", c.Headline)
	}
	if c.Standfirst == "" {
		c.Standfirst = cut(r.Subtitle, news.MaxLead)
	}
	if tag, err := language.Parse(im.lang); err == nil {
		c.Language = tag.String()
	}
	seen := map[string]bool{}
	for _, a := range r.Authors {
		if !seen[a.Name] && len(c.Byline) < news.MaxTopics {
			seen[a.Name] = true
			c.Byline = append(c.Byline, news.Ref{Name: cut(a.Name, news.MaxLine)})
		}
	}
	clear(seen)
	for _, t := range append(append([]archive.Term{}, r.Categories...), r.Tags...) {
		if sec, ok := im.sections[strings.ToLower(t.Name)]; ok && t.Kind == archive.Category && c.Section == (news.Ref{}) {
			c.Section = sec
			continue
		}
		key := strings.ToLower(t.Name)
		if t.Name == "" || t.Slug == "uncategorized" || seen[key] {
			continue
		}
		if len(c.Topics) == news.MaxTopics {
			note("it has more than %d categories and tags; the others were left out", news.MaxTopics)
			break
		}
		seen[key] = true
		c.Topics = append(c.Topics, news.Ref{Name: cut(t.Name, news.MaxLine)})
	}
	return c
}

func sectionIndex(sections []news.Section) map[string]news.Ref {
	m := map[string]news.Ref{}
	for _, s := range sections {
		ref := news.Ref{Slug: s.Slug, Name: s.Name}
		m[s.Slug], m[strings.ToLower(s.Name)] = ref, ref
	}
	return m
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}

func fieldsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}

// fingerprint tells whether a story is still as it came. The pictures that were
// brought belong to it, so that a later import with --media completes a first.
// Its date does only if it was dated there.
func fingerprint(in *news.Imported, dated bool) string {
	first := in.FirstPublished
	if !dated { // else the next import would find another day
		first = time.Time{}
	}
	h := sha256.New()
	enc := json.NewEncoder(h)
	if err := enc.Encode(in.Content); err != nil {
		panic(err) // content always marshals; a fingerprint of half of it would hide changes
	}
	fmt.Fprintln(h, in.Kind, in.Status, first, in.PublishAt)
	h.Write(in.Original)
	return hex.EncodeToString(h.Sum(nil))
}
