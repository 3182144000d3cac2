package demodata

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// What a body may name by key: [[story:KEY]] on a line of its own, and
// ![alt](media:KEY "caption | credit").
var (
	storyRef = regexp.MustCompile(`\[\[story:[a-z0-9-]+`)
	mediaRef = regexp.MustCompile(`\(media:[a-z0-9-]+`)
)

// A Story is one sample story with its life so far. Published is what a reader
// met first; Versions are what came after.
type Story struct {
	Key           string // the file's name, which [[story:KEY]] uses
	Slug          string // empty: the house makes one from the headline, in its script
	Headline      string
	ShortHeadline string
	Standfirst    string
	Kicker        string
	Dateline      string
	Section       string // one of the five default sections, by name
	Language      string // BCP 47
	Byline        []string
	Topics        []string // slugs
	Related       []string // keys an editor pinned under "Read more"
	Body          string   // Markdown, see Resolve

	Picture              string // key, or empty
	Caption, Credit, Alt string // what the story says instead of the picture's own

	Status       string    // published, taken-down, killed, scheduled, submitted or draft
	At           time.Time // first published, else last saved
	PublishAt    time.Time // scheduled: when it is released
	EmbargoUntil time.Time // not before this, or zero
	EndedAt      time.Time // taken down or killed
	Notice       string    // what stands in its place, or why it was killed

	Versions    []Version    // after the first, in order
	Corrections []Correction // in order
	Comments    bool         // open
	Lead        bool         // leads the front page
	Pin         int          // its place among the front's pins, 1 first; 0 none
}

// A Version is a later publication of a story. An empty Headline or Standfirst
// is unchanged; Body always stands whole.
type Version struct {
	At                   time.Time
	Change               string // minor or substance
	Note                 string
	Headline, Standfirst string
	Body                 string
}

// A Correction is dated and public on the article.
type Correction struct {
	At   time.Time
	Kind string // correction, clarification or update
	Text string
}

// Visible reports whether a reader can see the story now.
func (s *Story) Visible() bool { return s.Status == "published" }

// versionBreak stands between the versions in a story's file.
const versionBreak = "\n=== new version\n"

// parseStory reads a story's file: fields, a line of three dashes, the body;
// and the same again for every later version.
func parseStory(key, text string, now time.Time) (Story, error) {
	parts := strings.Split(text, versionBreak)
	f, body, err := splitDocument(parts[0])
	if err != nil {
		return Story{}, err
	}
	s := Story{
		Key: key, Slug: f.text("slug"), Headline: f.text("headline"), ShortHeadline: f.text("short-headline"),
		Standfirst: f.text("standfirst"), Kicker: f.text("kicker"), Dateline: f.text("dateline"),
		Section: f.text("section"), Language: f.text("language"), Byline: f.list("byline"),
		Topics: f.list("topics"), Related: f.list("related"), Body: body,
		Picture: f.text("picture"), Caption: f.text("caption"), Credit: f.text("credit"), Alt: f.text("alt"),
		Status: f.text("status"), Notice: f.text("notice"),
		Comments: f.text("comments") != "closed", Lead: f.text("lead") == "yes", Pin: f.number("pin"),
	}
	if s.Language == "" {
		s.Language = "en"
	}
	if s.Slug == "" && s.Language == "en" {
		s.Slug = key
	}
	if s.Status == "" {
		s.Status = "published"
	}
	s.At = f.moment("published", now)
	if s.At.IsZero() {
		s.At = f.moment("saved", now)
	}
	if s.At.IsZero() {
		f.fail("published", "is missing")
	}
	s.PublishAt = f.moment("scheduled", now)
	s.EmbargoUntil = f.moment("embargo", now)
	if d := f.delay("ended"); d > 0 {
		s.EndedAt = s.At.Add(d)
	}
	for _, line := range f.all("correction") {
		s.Corrections = append(s.Corrections, parseCorrection(&f, s.At, line))
	}
	if err := f.done(); err != nil {
		return Story{}, err
	}
	for i, part := range parts[1:] {
		v, err := parseVersion(part, s.At)
		if err != nil {
			return Story{}, fmt.Errorf("version %d: %w", i+2, err)
		}
		s.Versions = append(s.Versions, v)
	}
	return s, s.fillDays(now.Location())
}

// parseCorrection reads "after 3h | correction | text".
func parseCorrection(f *fields, published time.Time, line string) Correction {
	bits := strings.SplitN(line, " | ", 3)
	if len(bits) != 3 {
		f.fail("correction", "is not `after 3h | kind | text`")
		return Correction{}
	}
	d, err := parseDelay(bits[0])
	if err != nil {
		f.fail("correction", err.Error())
	}
	return Correction{At: published.Add(d), Kind: bits[1], Text: bits[2]}
}

// parseVersion reads what stands after a version break.
func parseVersion(text string, published time.Time) (Version, error) {
	f, body, err := splitDocument(text)
	if err != nil {
		return Version{}, err
	}
	v := Version{
		At: published.Add(f.delay("published")), Change: f.text("change"), Note: f.text("note"),
		Headline: f.text("headline"), Standfirst: f.text("standfirst"), Body: body,
	}
	return v, f.done()
}

// fillDays puts weekdays and dates in the place of {day-1} and {date+3}.
func (s *Story) fillDays(zone *time.Location) error {
	day := s.At.In(zone)
	texts := []*string{&s.Headline, &s.ShortHeadline, &s.Standfirst, &s.Kicker, &s.Body, &s.Caption, &s.Notice}
	for i := range s.Versions {
		v := &s.Versions[i]
		texts = append(texts, &v.Headline, &v.Standfirst, &v.Note, &v.Body)
	}
	for i := range s.Corrections {
		texts = append(texts, &s.Corrections[i].Text)
	}
	for _, t := range texts {
		filled, err := fillDays(*t, s.Language, day)
		if err != nil {
			return err
		}
		*t = filled
	}
	return nil
}
