package demodata

import (
	"bytes"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

// clocks are hours at which the sample must hold: midday, just after and just
// before midnight, and a day on which the clocks change.
func clocks(t *testing.T) []time.Time {
	t.Helper()
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		stockholm = time.FixedZone("CET", 3600)
	}
	return []time.Time{
		time.Date(2026, 11, 25, 12, 30, 40, 0, time.UTC),
		time.Date(2027, 1, 1, 0, 1, 0, 0, time.UTC),
		time.Date(2026, 6, 30, 23, 59, 0, 0, time.FixedZone("", -8*3600)),
		time.Date(2026, 10, 25, 2, 30, 0, 0, stockholm),
	}
}

func load(t *testing.T, now time.Time) Newsroom {
	t.Helper()
	room, err := Load(now)
	if err != nil {
		t.Fatal(err)
	}
	return room
}

func TestEverySectionIsFull(t *testing.T) {
	room := load(t, clocks(t)[0])
	perSection, perStatus := map[string]int{}, map[string]int{}
	for _, s := range room.Stories {
		perStatus[s.Status]++
		if s.Visible() {
			perSection[s.Section]++
		}
	}
	for _, section := range []string{"World", "Politics", "Business", "Culture", "Sport"} {
		if perSection[section] < 5 {
			t.Errorf("section %s has %d published stories, want at least 5", section, perSection[section])
		}
		delete(perSection, section)
	}
	for section := range perSection {
		t.Errorf("there are stories in section %q, which a new site does not have", section)
	}
	for status, atLeast := range map[string]int{
		"published": 28, "draft": 2, "submitted": 1, "scheduled": 2, "taken-down": 1, "killed": 1,
	} {
		if perStatus[status] < atLeast {
			t.Errorf("%d stories are %s, want at least %d", perStatus[status], status, atLeast)
		}
		delete(perStatus, status)
	}
	for status := range perStatus {
		t.Errorf("there is no status %q", status)
	}
}

// A mistyped key would be a hole in a page that nobody looks at.
func TestEveryNameResolves(t *testing.T) {
	room := load(t, clocks(t)[0])
	authors, topics, pictures := map[string]bool{}, map[string]int{}, map[string]bool{}
	for _, a := range room.Authors {
		authors[a.Name] = true
	}
	for _, tp := range room.Topics {
		topics[tp.Slug] = 0
	}
	for _, p := range room.Pictures {
		pictures[p.Key] = true
	}
	earlier := map[string]bool{} // visible stories up to here, oldest first
	slugs := map[string]string{}
	for _, s := range room.Stories {
		for _, name := range s.Byline {
			if !authors[name] {
				t.Errorf("story %s is by %q, who is not in authors.txt", s.Key, name)
			}
		}
		if len(s.Byline) == 0 || s.Headline == "" || strings.TrimSpace(s.Body) == "" {
			t.Errorf("story %s has no headline, byline or body", s.Key)
		}
		for _, slug := range s.Topics {
			if _, ok := topics[slug]; !ok {
				t.Errorf("story %s has topic %q, which is not in topics.txt", s.Key, slug)
			}
			topics[slug]++
		}
		if s.Picture != "" && !pictures[s.Picture] {
			t.Errorf("story %s has picture %q, which is not in pictures.txt", s.Key, s.Picture)
		}
		bodies := []string{s.Body}
		for _, v := range s.Versions {
			bodies = append(bodies, v.Body)
		}
		for _, body := range bodies {
			look := func(known map[string]bool) func(string) (string, bool) {
				return func(key string) (string, bool) { return "id-" + key, known[key] }
			}
			if strings.Contains(body, "\n| |") {
				t.Errorf("story %s has a table with an unnamed column: no screen reader can name it", s.Key)
			}
			if _, err := Resolve(body, look(earlier), look(pictures)); err != nil {
				t.Errorf("story %s: %v (a card must name an older published story)", s.Key, err)
			}
		}
		for _, key := range s.Related {
			if !earlier[key] {
				t.Errorf("story %s pins %q, which is no older published story", s.Key, key)
			}
		}
		if other := slugs[s.Slug]; s.Slug != "" && other != "" {
			t.Errorf("stories %s and %s share the slug %q", s.Key, other, s.Slug)
		}
		slugs[s.Slug] = s.Key
		if s.Visible() {
			earlier[s.Key] = true
		}
	}
	for slug, n := range topics {
		if n < 2 {
			t.Errorf("topic %s stands on %d stories, want at least 2", slug, n)
		}
	}
}

func TestNothingIsOutOfTime(t *testing.T) {
	for _, now := range clocks(t) {
		room := load(t, now)
		for _, s := range room.Stories {
			last := s.At
			if s.At.After(now) || now.Sub(s.At) > 10*24*time.Hour {
				t.Errorf("at %v, story %s is of %v, want one of the last ten days", now, s.Key, s.At)
			}
			for i, v := range s.Versions {
				if !v.At.After(last) || v.At.After(now) {
					t.Errorf("at %v, version %d of %s is of %v, want between %v and now", now, i+2, s.Key, v.At, last)
				}
				if v.Change != "minor" && v.Change != "substance" {
					t.Errorf("version %d of %s is a %q change", i+2, s.Key, v.Change)
				}
				last = v.At
			}
			for _, c := range s.Corrections {
				if !c.At.After(s.At) || c.At.After(now) {
					t.Errorf("at %v, a correction of %s is of %v", now, s.Key, c.At)
				}
				if !slices.Contains([]string{"correction", "clarification", "update"}, c.Kind) {
					t.Errorf("story %s has a correction of kind %q", s.Key, c.Kind)
				}
			}
			switch s.Status {
			case "scheduled":
				if !s.PublishAt.After(now) {
					t.Errorf("at %v, %s is scheduled for %v", now, s.Key, s.PublishAt)
				}
			case "taken-down", "killed":
				if !s.EndedAt.After(s.At) || s.EndedAt.After(now) || s.Notice == "" {
					t.Errorf("at %v, %s ended at %v with notice %q", now, s.Key, s.EndedAt, s.Notice)
				}
			}
		}
		if newest := room.Stories[len(room.Stories)-1].At; now.Sub(newest) > 2*time.Hour {
			t.Errorf("at %v, the newest story is of %v: the front looks stale", now, newest)
		}
	}
}

// The lead story is the one that the README shows.
func TestLeadHasEveryPart(t *testing.T) {
	room := load(t, clocks(t)[0])
	i := slices.IndexFunc(room.Stories, func(s Story) bool { return s.Lead })
	if i < 0 {
		t.Fatal("no story leads the front page")
	}
	lead := room.Stories[i]
	final := lead.Versions[len(lead.Versions)-1].Body
	for part, there := range map[string]bool{
		"kicker, standfirst, dateline":  lead.Kicker != "" && lead.Standfirst != "" && lead.Dateline != "",
		"short headline":                lead.ShortHeadline != "",
		"picture with caption, credit":  lead.Picture != "" && lead.Caption != "" && strings.Contains(lead.Credit, "Agency"),
		"two names in the byline":       len(lead.Byline) == 2,
		"a correction and an update":    len(lead.Corrections) == 2,
		"pinned related stories":        len(lead.Related) > 0,
		"open comments":                 lead.Comments,
		"five topics":                   len(lead.Topics) >= 5,
		"subheadings":                   strings.Count(final, "\n## ") >= 3,
		"quotation with attribution":    strings.Contains(final, "\n> — "),
		"picture in the body":           strings.Contains(final, "](media:"),
		"related-story card, link card": strings.Contains(final, "\n[[story:") && strings.Contains(final, "\n{{card:"),
		"table, list":                   strings.Contains(final, "\n|:--") && strings.Contains(final, "\n- **"),
	} {
		if !there {
			t.Errorf("the lead story %s lacks: %s", lead.Key, part)
		}
	}
}

func TestHeadlinesVary(t *testing.T) {
	room := load(t, clocks(t)[0])
	var long, short, arabic, hebrew bool
	for _, s := range room.Stories {
		if !s.Visible() {
			continue
		}
		n := len([]rune(s.Headline))
		long, short = long || n > 200, short || n < 10
		latin := strings.ContainsFunc(s.Headline, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
		arabic = arabic || (s.Language == "ar" && !latin && s.Slug == "")
		hebrew = hebrew || (s.Language == "he" && !latin && s.Slug == "")
	}
	if !long || !short || !arabic || !hebrew {
		t.Errorf("headlines: very long %t, very short %t, Arabic %t, Hebrew %t; want all", long, short, arabic, hebrew)
	}
}

func TestPicturesAreSmallAndSpokenFor(t *testing.T) {
	room := load(t, clocks(t)[0])
	drawn, err := files.ReadDir("pictures")
	if err != nil {
		t.Fatal(err)
	}
	if len(drawn) != len(room.Pictures) {
		t.Errorf("%d pictures are embedded and %d are listed in pictures.txt", len(drawn), len(room.Pictures))
	}
	total := 0
	for _, p := range room.Pictures {
		total += len(p.Data)
		c, err := jpeg.DecodeConfig(bytes.NewReader(p.Data))
		if err != nil || c.Width != 1600 || c.Height != 1067 {
			t.Errorf("picture %s is %d × %d (%v), want 1600 × 1067", p.Key, c.Width, c.Height, err)
		}
		if p.Alt == "" || p.Credit == "" || p.Alt == p.Caption {
			t.Errorf("picture %s: alt %q, credit %q, caption %q", p.Key, p.Alt, p.Credit, p.Caption)
		}
		// XMP holds its text as it is, but for the XML signs, which none of these has.
		for _, text := range []string{p.Caption, p.Credit, p.Alt} {
			if !bytes.Contains(p.Data, []byte(text)) {
				t.Errorf("picture %s does not carry %q: run pictures/make.sh --tags-only", p.Key, text)
			}
		}
	}
	if total > 2_300_000 {
		t.Errorf("the pictures are %d bytes together, want at most 2,300,000: every binary carries them", total)
	}
}

func TestPagesStand(t *testing.T) {
	room := load(t, clocks(t)[0])
	var slugs []string
	for _, p := range room.Pages {
		slugs = append(slugs, p.Slug)
		if p.Title == "" || p.Body == "" {
			t.Errorf("page %s has no title or no body", p.Slug)
		}
		if p.Slug == "about" && !strings.Contains(p.Standfirst+p.Body, "invented") {
			t.Error("the About page does not say that all is invented")
		}
	}
	if want := []string{"about", "contact", "corrections", "privacy"}; !slices.Equal(slugs, want) {
		t.Errorf("pages are %v, want %v", slugs, want)
	}
}

func TestMistakesInAFileAreNamed(t *testing.T) {
	now := clocks(t)[0]
	const fine = "headline: H\nsection: World\nbyline: B\npublished: 1h ago\n---\nText\n"
	if _, err := parseStory("k", fine, now); err != nil {
		t.Fatalf("a plain story: %v", err)
	}
	for name, c := range map[string]struct{ text, want string }{
		"mistyped field":  {strings.Replace(fine, "section", "secton", 1), "secton is no field"},
		"field twice":     {"headline: X\n" + fine, "headline stands more than once"},
		"no body line":    {"headline: H\n", "three dashes"},
		"no time":         {"headline: H\n---\nText\n", "published is missing"},
		"impossible time": {strings.Replace(fine, "1h ago", "2 days ago at 25:00", 1), "no such time"},
		"vague time":      {strings.Replace(fine, "1h ago", "yesterday", 1), "yesterday"},
		"odd correction":  {"correction: soon | correction | x\n" + fine, "after 3h"},
		"bad day mark":    {strings.Replace(fine, "Text", "on {day 3}", 1), "day mark"},
		"late field":      {fine + "\n=== new version\npublished: after 1h\nchagne: minor\n---\nT\n", "version 2: chagne"},
		"not a field":     {"one two\n" + fine, "line 1"},
	} {
		_, err := parseStory("k", c.text, now)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func TestDaysAreCountedFromPublication(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) // a Wednesday
	s, err := parseStory("k", "headline: H\npublished: 2 days ago at 08:15\n---\non {day}, {day-1} and {date+9}\n", now)
	if err != nil {
		t.Fatal(err)
	}
	if want := "on Monday, Sunday and 2 December\n"; s.Body != want {
		t.Errorf("body is %q, want %q", s.Body, want)
	}
	if got := s.At.Format("2006-01-02 15:04"); got != "2026-11-23 08:15" {
		t.Errorf("published at %s", got)
	}
}

func TestResolveNamesWhatIsMissing(t *testing.T) {
	ids := func(key string) (string, bool) { return "id1", key == "a" }
	got, err := Resolve("[[story:a]]\n\n![x](media:a \"c | d\")\n", ids, ids)
	if want := "[[story:id1]]\n\n![x](media:id1 \"c | d\")\n"; err != nil || got != want {
		t.Errorf("Resolve = %q, %v, want %q", got, err, want)
	}
	if _, err := Resolve("[[story:b]] (media:c", ids, ids); err == nil || !strings.Contains(err.Error(), "story b, no picture c") {
		t.Errorf("error %v, want both missing keys named", err)
	}
}
