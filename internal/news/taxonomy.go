package news

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dateline/internal/markup"
)

// A Section is one of the site's departments, in a fixed order.
type Section struct {
	Slug     string
	Name     string
	Position int
}

// A Topic is what stories are about.
type Topic struct {
	Slug    string
	Name    string
	Kind    TopicKind
	Aliases []string
	Dates   []TopicDate // when something is to happen, in the order of the days
}

// A TopicDate is a day on which something happens that the topic is about: an election, a
// verdict, a match. Readers see it while it is still to come.
type TopicDate struct {
	On    string `json:"on"` // a day on the site's calendar, like 2026-12-01
	Title string `json:"title"`
}

// MaxTopicDates is how many days a topic may have.
const MaxTopicDates = 100

// Coming are the topic's dates that are today or later.
func (t *Topic) Coming(today string) []TopicDate {
	for i, d := range t.Dates {
		if d.On >= today {
			return t.Dates[i:]
		}
	}
	return nil
}

// A TopicKind sorts topics.
type TopicKind string

// TopicKinds lists the kinds; the first is the default.
var TopicKinds = []TopicKind{"subject", "person", "place", "organisation", "event"}

// Clean puts the topic's words in stored form and says what is wrong.
func (t *Topic) Clean() error {
	var f Faults
	cleanField(&f, "name", &t.Name, MaxLine, markup.CleanLine)
	if t.Name == "" && !f.has("name") {
		f.Add("name", "A topic needs a name.")
	}
	if t.Kind == "" {
		t.Kind = TopicKinds[0]
	}
	if !slices.Contains(TopicKinds, t.Kind) {
		f.Add("kind", "Choose subject, person, place, organisation or event.")
	}
	if len(t.Aliases) > 100 {
		f.Add("aliases", "At most 100.")
	}
	for i := range t.Aliases {
		cleanField(&f, "aliases", &t.Aliases[i], MaxLine, markup.CleanLine)
	}
	t.cleanDates(&f)
	return f.Err()
}

func (t *Topic) cleanDates(f *Faults) {
	if len(t.Dates) > MaxTopicDates {
		f.Add("dates", "At most %d; days that are over may go.", MaxTopicDates)
	}
	t.Dates = slices.Clone(t.Dates)
	for i := range t.Dates {
		d := &t.Dates[i]
		if day, err := time.Parse(time.DateOnly, d.On); err != nil || day.Year() < 1 {
			f.Add("dates", "Number %d: begin with a day that exists, like 2026-12-01.", i+1)
		}
		cleanField(f, "dates", &d.Title, MaxLine, markup.CleanLine)
		if d.Title == "" {
			f.Add("dates", "Number %d: say what happens.", i+1)
		}
	}
	slices.SortStableFunc(t.Dates, func(a, b TopicDate) int { return cmp.Compare(a.On, b.On) })
}

// Clean puts the section's words in stored form and says what is wrong.
func (s *Section) Clean() error {
	var f Faults
	cleanField(&f, "name", &s.Name, MaxLine, markup.CleanLine)
	if s.Name == "" && !f.has("name") {
		f.Add("name", "A section needs a name.")
	}
	if s.Slug == "" {
		s.Slug = Slug(s.Name)
	}
	if s.Slug = Slug(s.Slug); s.Slug == "" && !f.has("name") {
		f.Add("slug", "Use letters and digits.")
	}
	return f.Err()
}

// An Author is a name in bylines, with a page of its own; not an account.
type Author struct {
	Slug string
	Name string
	Bio  string
}

// FirstSections are what a new site in a language (BCP 47) begins with. Their names
// are the language's, as far as we speak it; their slugs are the same everywhere, since
// addresses and whoever writes programs rely on them.
func FirstSections(language string) []Section {
	names := []string{"World", "Politics", "Business", "Culture", "Sport"}
	if base, _, _ := strings.Cut(strings.ToLower(language), "-"); base == "ar" {
		names = []string{"العالم", "سياسة", "اقتصاد", "ثقافة", "رياضة"}
	}
	sections := make([]Section, len(names))
	for i, slug := range []string{"world", "politics", "business", "culture", "sport"} {
		sections[i] = Section{slug, names[i], i + 1}
	}
	return sections
}
