package news

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/markup"
)

var (
	now = time.Date(2026, 11, 25, 22, 30, 0, 0, time.UTC)
	ed  = Actor{ID: "e", Name: "Ed", Role: Editor}
	rep = Actor{ID: "r", Name: "Rep", Role: Reporter}
	mod = Actor{ID: "m", Name: "Mod", Role: Moderator}
)

func written(t *testing.T, c Content) *Story {
	t.Helper()
	s, _, err := NewStory(NewID[StoryID](), Article, rep, c, Plan{}, "", now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What a role may do next, in every status: the rule book as an editor would read it.
func TestStepsByStatusAndRole(t *testing.T) {
	tests := []struct {
		status Status
		who    Actor
		want   string
	}{
		{Draft, rep, "save submit spike"},
		{Submitted, rep, "save"},
		{Approved, rep, ""},
		{Scheduled, rep, ""},
		{Published, rep, "save"},
		{TakenDown, rep, "save"},
		{Killed, rep, ""},
		{Spiked, rep, ""},
		{Draft, ed, "save submit approve schedule publish kill spike"},
		{Submitted, ed, "save return approve schedule publish kill spike"},
		{Approved, ed, "save return schedule publish kill spike"},
		{Scheduled, ed, "save return schedule publish kill spike"},
		{Published, ed, "save publish correct take-down kill"},
		{TakenDown, ed, "save publish kill"},
		{Killed, ed, ""},
		{Spiked, ed, "return publish kill"},
		{Draft, mod, ""},
		{Published, mod, ""},
	}
	for _, tt := range tests {
		s := &Story{Status: tt.status}
		var got []string
		for _, x := range s.Steps(tt.who) {
			got = append(got, string(x))
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("%s, %s may %q, want %q", tt.status, tt.who.Role, g, tt.want)
		}
	}
}

// A decision is on what was read: with another revision no step is taken.
func TestADecisionIsOnWhatWasRead(t *testing.T) {
	seen := func(n int) Actor {
		who := ed
		who.Seen = n
		return who
	}
	for step, take := range map[Step]func(s *Story, who Actor) (Outcome, error){
		Approve: func(s *Story, who Actor) (Outcome, error) { return s.Approve(who, "", now) },
		Publish: func(s *Story, who Actor) (Outcome, error) { return s.Publish(who, "", "", time.UTC, now) },
		Schedule: func(s *Story, who Actor) (Outcome, error) {
			return s.Schedule(who, Plan{PublishAt: now.Add(time.Hour)}, "", now)
		},
		Kill: func(s *Story, who Actor) (Outcome, error) { return s.Kill(who, "", now) },
	} {
		s := written(t, Content{Headline: "Read"})
		if _, err := s.Revise(rep, 1, Content{Headline: "Unread"}, Plan{}, "", now); err != nil {
			t.Fatal(err)
		}
		_, err := take(s, seen(1))
		var e *Error
		if !errors.As(err, &e) || e.Kind != Stale || e.Current != 2 || s.Status != Draft || s.Live != nil {
			t.Errorf("%s on revision 1 of a story that has 2: %v, %s; want Stale with 2, still a draft", step, err, s.Status)
		}
		if _, err := take(s, seen(2)); err != nil {
			t.Errorf("%s on the revision it has: %v", step, err)
		}
	}
}

func TestAReporterMayNotChangeWhatAnEditorPassed(t *testing.T) {
	s := written(t, Content{Headline: "Passed"})
	if _, err := s.Approve(ed, "", now); err != nil {
		t.Fatal(err)
	}
	_, err := s.Revise(rep, 1, Content{Headline: "Swapped"}, Plan{}, "", now)
	if KindOf(err) != Conflict || !strings.Contains(err.Error(), "return it") {
		t.Errorf("a reporter changed an approved story: %v", err)
	}
	if s.Content.Headline != "Passed" {
		t.Error("the refused change stayed")
	}
}

func TestPublishTwiceChangesNothing(t *testing.T) {
	s := written(t, Content{Headline: "Once"})
	if _, err := s.Publish(ed, "", "", time.UTC, now); err != nil {
		t.Fatal(err)
	}
	o, err := s.Publish(ed, "", "", time.UTC, now.Add(time.Hour))
	if err != nil || !o.Quiet || s.Version != 1 || !s.Updated.Equal(now) {
		t.Errorf("publishing what is public: %+v, %v, version %d, updated %v", o, err, s.Version, s.Updated)
	}
}

func TestMinorChangeTellsNobody(t *testing.T) {
	s := written(t, Content{Headline: "Teh"})
	s.Publish(ed, "", "", time.UTC, now)
	revise := func(h string) {
		t.Helper()
		if _, err := s.Revise(ed, s.Revision, Content{Headline: h}, Plan{}, "", now); err != nil {
			t.Fatal(err)
		}
	}
	revise("The")
	later := now.Add(time.Hour)
	if _, err := s.Publish(ed, Minor, "a typing error", time.UTC, later); err != nil {
		t.Fatal(err)
	}
	if !s.Updated.Equal(now) || !s.LastPublished.Equal(later) || s.Live.Content.Headline != "The" {
		t.Errorf("minor: updated %v, last published %v", s.Updated, s.LastPublished)
	}
	revise("The end")
	if _, err := s.Publish(ed, Substance, "", time.UTC, later.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !s.Updated.Equal(later.Add(time.Hour)) || s.Version != 3 {
		t.Errorf("substance: updated %v, version %d", s.Updated, s.Version)
	}
}

func TestEmbargoHoldsPublishAndSchedule(t *testing.T) {
	s := written(t, Content{Headline: "Later", EmbargoUntil: now.Add(time.Hour)})
	_, err := s.Publish(ed, "", "", time.UTC, now)
	var e *Error
	if !errors.As(err, &e) || e.Kind != Conflict || slices.Contains(e.Allowed, Publish) {
		t.Errorf("publish before the embargo: %v, allowed %v", err, e.Allowed)
	}
	if _, err := s.Schedule(ed, Plan{PublishAt: now.Add(time.Minute)}, "", now); KindOf(err) != Invalid {
		t.Errorf("schedule before the embargo: %v", err)
	}
	if _, err := s.Schedule(ed, Plan{}, "", now); err != nil || !s.PublishAt.Equal(now.Add(time.Hour)) {
		t.Errorf("schedule without a time goes by the embargo: %v, %v", s.PublishAt, err)
	}
	if s.Due(now.Add(time.Hour-time.Microsecond)) || !s.Due(now.Add(time.Hour)) {
		t.Error("due is not to the second")
	}
	if s.Visible(now.Add(2 * time.Hour)) {
		t.Error("a scheduled story is visible before its release")
	}
}

func TestTheDayIsTheSitesOwn(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*3600)
	s := written(t, Content{Headline: "Überraschung in Łódź"})
	s.Publish(ed, "", "", tokyo, now) // 22:30 UTC is the next morning there
	if s.Address != "/2026/11/26/uberraschung-in-lodz" {
		t.Errorf("address %s", s.Address)
	}
	// Another slug later keeps the day, in whatever zone the site is by then.
	c := s.Content
	c.Slug = "surprise"
	s.Revise(ed, 1, c, Plan{}, "", now)
	s.Publish(ed, "", "", time.UTC, now.Add(48*time.Hour))
	if s.Address != "/2026/11/26/surprise" {
		t.Errorf("address after a new slug: %s", s.Address)
	}
}

func TestSlug(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"Prime minister's Straße – \"closed\"", "prime-ministers-strasse-closed"},
		{"  Erdoğan'a İstanbul'da çağrı  ", "erdogana-istanbulda-cagri"},
		{"الكاظمي يصل إلى البيت الأبيض", "الكاظمي-يصل-إلى-البيت-الأبيض"},
		{"בית המשפט קבע", "בית-המשפט-קבע"},
		{"東京で会議", "東京で会議"},
		{"Київ і Łódź", "київ-і-lodz"},
		{"COVID-19: 5,000 cases", "covid-19-5-000-cases"},
		{"../../etc/passwd", "etc-passwd"},
		{"!!!", ""},
		{"हिन्दी में समाचार", "हिन्दी-में-समाचार"},
	} {
		if got := Slug(tt.in); got != tt.want {
			t.Errorf("Slug(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if again := Slug(Slug(tt.in)); again != Slug(tt.in) {
			t.Errorf("Slug of a slug: %q became %q", Slug(tt.in), again)
		}
	}
	long := Slug(strings.Repeat("extraordinarily ", 20))
	if n := len([]rune(long)); n > MaxSlug || strings.HasSuffix(long, "-") {
		t.Errorf("long slug has %d characters: %q", n, long)
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Prime minister's Straße")
	f.Add("a\u0301\u0301\u200d/../%2f")
	for _, s := range []string{"p\u0430ypal", "Covidом", "ыwы", "ΑΒγ-δ", "\u0345\u0399", "ՀԱh"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Slug(s)
		for w := range strings.SplitSeq(got, "-") {
			if mixed(w) {
				t.Fatalf("Slug(%q) = %q mixes scripts", s, got)
			}
		}
		if strings.ContainsAny(got, "/?#%\\ .") || len([]rune(got)) > 4*MaxSlug {
			t.Errorf("Slug(%q) = %q", s, got)
		}
	})
}

func TestContentSaysEverythingThatIsWrong(t *testing.T) {
	c := Content{
		Headline: " ", Standfirst: "bad \xff bytes", Language: "klingonish-!", Slug: "!!!",
		ExternalURL: "javascript:alert(1)", Picture: &PictureUse{Media: "nope"}, Byline: []Ref{{}},
	}
	err := c.Clean()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	var fields []string
	for _, f := range e.Fields {
		fields = append(fields, f.Field)
		if !strings.HasSuffix(f.Detail, ".") {
			t.Errorf("%s: %q is no sentence", f.Field, f.Detail)
		}
	}
	want := []string{"headline", "standfirst", "byline", "language", "picture", "slug", "external_url"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestTouchedReachesWhatShowedTheStory(t *testing.T) {
	before := written(t, Content{Headline: "Moves", Section: Ref{Slug: "world"}, Topics: []Ref{{Slug: "old"}}})
	before.Publish(ed, "", "", time.UTC, now)
	after := *before
	c := before.Content
	c.Section, c.Topics = Ref{Slug: "sport"}, []Ref{{Slug: "new"}}
	after.Revise(ed, 1, c, Plan{}, "", now)
	after.Publish(ed, "", "", time.UTC, now)
	got := Touched(before, &after)
	for _, tag := range []string{StoryTag(before.ID), PathTag(before.Address), FrontTag, LatestTag,
		SectionTag("world"), SectionTag("sport"), TopicTag("old"), TopicTag("new")} {
		if !slices.Contains(got, tag) {
			t.Errorf("tag %s is missing from %v", tag, got)
		}
	}
}

func TestScheduleRefusesThePast(t *testing.T) {
	s := written(t, Content{Headline: "Late"})
	for field, p := range map[string]Plan{
		"publish_at": {PublishAt: now.Add(-time.Second)},
		"time_zone":  {PublishAt: now.Add(time.Hour), TimeZone: "Mars/Olympus"},
	} {
		_, err := s.Schedule(ed, p, "", now)
		var e *Error
		if !errors.As(err, &e) || e.Kind != Invalid || e.Fields[0].Field != field {
			t.Errorf("%+v: %v, want Invalid %s", p, err, field)
		}
		if s.Status != Draft || !s.PublishAt.IsZero() {
			t.Errorf("a refused plan stayed: %s %v", s.Status, s.PublishAt)
		}
	}
}

func TestRuleMayRunTwice(t *testing.T) {
	body, _ := markup.FromMarkdown("Text.")
	run := func() *Story {
		s := written(t, Content{Headline: "Twice", Body: body, Dateline: "HERE"})
		s.ID = "same"
		if _, err := s.Publish(ed, "", "", time.UTC, now); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if diff := cmp.Diff(run(), run(), cmp.Comparer(func(a, b markup.Document) bool { return a.Equal(b) })); diff != "" {
		t.Errorf("the same rule gave two stories:\n%s", diff)
	}
}

func TestReserved(t *testing.T) {
	for _, s := range []string{"desk", "api", "feed.rss", "en", "2026", "search"} {
		if !Reserved(s) {
			t.Errorf("a standing page could take /%s", s)
		}
	}
	for _, s := range []string{"about", "privacy", "deskwork", "20260"} {
		if Reserved(s) {
			t.Errorf("/%s is refused", s)
		}
	}
}

// A standing page whose address is a door of ours is refused while somebody is there to
// choose another, not at its second.
func TestReservedSlugIsRefusedBeforeItGoesOut(t *testing.T) {
	plan := Plan{PublishAt: now.Add(time.Hour)}
	page := func(c Content) (*Story, error) {
		s, _, err := NewStory(NewID[StoryID](), Page, ed, c, Plan{}, "", now)
		return s, err
	}
	refused := func(what string, err error) {
		t.Helper()
		var e *Error
		if !errors.As(err, &e) || e.Kind != Invalid || len(e.Fields) != 1 || e.Fields[0].Field != "slug" {
			t.Errorf("%s: %v, want slug refused", what, err)
		}
	}
	_, err := page(Content{Headline: "Find things", Slug: "search"})
	refused("a new page that wishes /search", err)

	s, err := page(Content{Headline: "Search"})
	if err != nil {
		t.Fatalf("a draft called Search may still be given a slug: %v", err)
	}
	_, err = s.Schedule(ed, plan, "", now)
	refused("scheduling it", err)
	_, err = s.Publish(ed, "", "", time.UTC, now)
	refused("publishing it", err)
	_, err = s.Revise(ed, 1, Content{Headline: "Search", Slug: "2026"}, Plan{}, "", now)
	refused("saving it with the slug 2026", err)
	if s.Status != Draft || s.Revision != 1 {
		t.Errorf("refused, it is %s with revision %d", s.Status, s.Revision)
	}
	if _, err := s.Revise(ed, 1, Content{Headline: "Search", Slug: "find"}, Plan{}, "", now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Schedule(ed, plan, "", now); err != nil {
		t.Fatal(err)
	}
	_, err = s.Revise(ed, 2, Content{Headline: "Search"}, Plan{PublishAt: s.PublishAt, TimeZone: s.TimeZone}, "", now)
	refused("taking its slug away once it is scheduled", err)

	in := Imported{Kind: Page, Status: Scheduled, PublishAt: now.Add(time.Hour), Content: Content{Headline: "Search"}}
	if s, _, err := in.Story("x", ed, time.UTC, now); err != nil || s.Content.Slug != "search-page" {
		t.Errorf("an imported one becomes %v, %v; want the slug search-page", s, err)
	}
	if _, _, err := NewStory("x", Article, ed, Content{Headline: "Search", Slug: "search"}, Plan{}, "", now); err != nil {
		t.Errorf("an article may be called so, its address has a date: %v", err)
	}
}
