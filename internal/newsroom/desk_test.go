package newsroom

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"dateline/internal/markup"
	"dateline/internal/news"
)

func TestFromDraftToReaders(t *testing.T) {
	h := open(t)
	reporter, editor := h.as(news.Reporter), h.as(news.Editor)
	path := h.draft(reporter, "Harbour opens again", "The harbour opened on Monday.\n\n## Why now\n\nBecause.")

	page := reporter.get(path).is(200)
	if got := page.buttons(); !slices.Equal(got, []string{"save", "submit"}) {
		t.Errorf("a reporter may press %v on a draft, want save and submit", got)
	}
	v := page.form()
	if v.Get("body") != "The harbour opened on Monday.\r\n\r\n## Why now\r\n\r\nBecause." && !strings.HasPrefix(v.Get("body"), "The harbour opened on Monday.") {
		t.Errorf("the text came back as %q", v.Get("body"))
	}
	v.Set("standfirst", "Ships are back.")
	v.Set("do", "submit")
	reporter.post(path, v).is(303)
	if s := h.kept(path); s.Status != news.Submitted || s.Revision != 2 || s.Content.Standfirst != "Ships are back." {
		t.Fatalf("after submitting: %s, revision %d, %q", s.Status, s.Revision, s.Content.Standfirst)
	}

	v = editor.get(path).is(200).form()
	v.Set("do", "publish")
	to := editor.post(path, v).is(303).to()
	editor.get(to).is(200).says("Live in 12 ms.", "Page", "8 ms", "Feeds", "9 ms", "See it on the site")
	s := h.kept(path)
	if s.Status != news.Published || s.Revision != 2 || s.Version != 1 {
		t.Errorf("published: %s, revision %d, version %d; pressing Publish without a change must not save", s.Status, s.Revision, s.Version)
	}

	v = editor.get(path).is(200).form()
	v.Set("headline", "Harbour opens")
	v.Set("change", "minor")
	v.Set("note", "shorter")
	v.Set("do", "publish")
	editor.post(path, v).is(303)
	if s := h.kept(path); s.Version != 2 || s.Live.Change != news.Minor || s.Live.Note != "shorter" || s.Live.Content.Headline != "Harbour opens" {
		t.Errorf("minor change: %+v", s.Live)
	}
	editor.post(path, editor.get(path).form()).is(303)
	v = editor.get(path).form()
	v.Set("do", "publish")
	editor.get(editor.post(path, v).is(303).to()).says("Readers already see exactly this")
	editor.get(path+"/history").is(200).says("Version 2", "minor", "shorter", "From revision 2 to 3", "Headline")
}

func TestEveryFieldComesBack(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	v := b.get("/desk/stories/new").form()
	want := map[string]string{
		"kicker": "Ports", "headline": `Quotes "and" <b>`, "standfirst": "Two\r\nlines", "byline": "Ada Writer, Bo Ng",
		"dateline": "BASRA", "section": "business", "topics": "Harbours, Trade", "language": "en-GB", "slug": "a-harbour",
		"short_headline": "Harbour", "external_url": "https://example.org/x", "comments": "closed", "embargo_until": "2031-06-01T12:30",
		"publish_at": "2031-07-01T09:00", "time_zone": "America/New_York",
	}
	for k, x := range want {
		v.Set(k, x)
	}
	v.Set("body", "A [link](https://example.org/).")
	v.Set("do", "save")
	to := b.post("/desk/stories", v).is(303).to()
	got := b.get(to).is(200).form()
	for k, x := range want {
		if got.Get(k) != x {
			t.Errorf("%s came back as %q, want %q", k, got.Get(k), x)
		}
	}
	path, _, _ := strings.Cut(to, "?")
	s := h.kept(path)
	if want := time.Date(2031, 6, 1, 16, 30, 0, 0, time.UTC); !s.Content.EmbargoUntil.Equal(want) {
		t.Errorf("embargo until %v, want %v", s.Content.EmbargoUntil, want)
	}
	got.Set("do", "save")
	b.get(b.post(path, got).is(303).to()).says("Nothing was changed")
	if s := h.kept(path); s.Revision != 1 {
		t.Errorf("saving what stands made revision %d", s.Revision)
	}
}

func TestNothingIsLostWhenTwoWrite(t *testing.T) {
	h := open(t)
	one, two := h.as(news.Reporter), h.as(news.Editor)
	path := h.draft(one, "Two writers", "First text.")
	mine, theirs := one.get(path).form(), two.get(path).form()
	theirs.Set("body", "Text of the editor.")
	theirs.Set("do", "save")
	two.post(path, theirs).is(303)
	mine.Set("body", "Text of the reporter.")
	mine.Set("do", "save")
	page := one.post(path, mine).is(409).says("Somebody saved this story while you were writing", "Editor Person", "saved revision 2", "editor", "reporter")
	again := page.form()
	if again.Get("body") != "Text of the reporter." || again.Get("base") != "2" {
		t.Fatalf("the form holds %q on revision %s", again.Get("body"), again.Get("base"))
	}
	if s := h.kept(path); s.Revision != 2 {
		t.Fatalf("a conflict saved revision %d", s.Revision)
	}
	again.Set("do", "save")
	one.post(path, again).is(303)
	if s := h.kept(path); s.Revision != 3 || s.Content.Body.Text() != "Text of the reporter." {
		t.Errorf("after deciding: revision %d %q", s.Revision, s.Content.Body.Text())
	}
	// Somebody who only looked does not publish what they did not see.
	looked := two.get(path).form()
	v := one.get(path).form()
	v.Set("body", "Newest.")
	v.Set("do", "save")
	one.post(path, v).is(303)
	looked.Set("do", "publish")
	shown := two.post(path, looked).is(409).says("while you looked at it", "Reporter Person saved revision 4", "You had revision 3", "Newest.")
	if s := h.kept(path); s.Status != news.Draft {
		t.Errorf("published unseen: %s", s.Status)
	}
	// Having seen it, they may.
	looked = shown.form()
	looked.Set("do", "publish")
	two.post(path, looked).is(303)
	if s := h.kept(path); s.Live == nil || s.Live.Revision != 4 {
		t.Errorf("after reading: %s, live %+v, want revision 4", s.Status, s.Live)
	}
}

// A colleague may save between the look at the story and the decision, and a form
// without fields says no less what it was filled from.
func TestWhatSomebodySavedASecondAgoIsNotPublishedUnread(t *testing.T) {
	h := open(t)
	editor := h.as(news.Editor)
	path := h.draft(h.as(news.Reporter), "Two hands", "As the editor read it.")
	id := h.kept(path).ID
	save := func(text string) func() {
		return func() {
			h.colleague = nil
			s := h.kept(path)
			_, err := h.desk.Revise(t.Context(), h.actor(news.Reporter), id, s.Revision, func(c *news.Content, _ *news.Plan) error {
				c.Body, _ = markup.FromMarkdown(text)
				return nil
			}, "")
			if err != nil {
				t.Error(err)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		press func() *answer
		says  string
	}{
		{"only published", func() *answer {
			v := editor.get(path).form()
			v.Set("do", "publish")
			h.colleague = save("Slipped in.")
			return editor.post(path, v)
		}, "Somebody saved this story while you looked at it"},
		{"saved and published", func() *answer {
			v := editor.get(path).form()
			v.Set("body", "The editor's.")
			v.Set("do", "publish")
			h.colleague = save("Slipped in again.")
			return editor.post(path, v)
		}, "Your text is saved, but somebody saved theirs after it"},
		{"a form without fields", func() *answer {
			base := editor.get(path).form().Get("base")
			save("And once more.")()
			return editor.post(path, url.Values{"do": {"publish"}, "base": {base}})
		}, "Somebody saved this story while you looked at it"},
	} {
		page := tt.press().is(409).says(tt.says, "Nothing was done yet", "Reporter Person saved revision")
		s := h.kept(path)
		if s.Live != nil {
			t.Fatalf("%s: published revision %d, which nobody at the desk had read", tt.name, s.Live.Revision)
		}
		if got := page.form().Get("base"); got != strconv.Itoa(s.Revision) {
			t.Errorf("%s: the form offers to decide on revision %s, want %d", tt.name, got, s.Revision)
		}
	}
	v := editor.get(path).form()
	v.Set("do", "publish")
	editor.post(path, v).is(303)
	if s := h.kept(path); s.Live == nil || s.Live.Content.Body.Text() != "And once more." {
		t.Errorf("in the end: %+v", s.Live)
	}
}

func TestMistakesAreNamedAndNothingIsLost(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	for _, c := range []struct{ field, value, says string }{
		{"headline", " ", "A story needs a headline."},
		{"section", "moon", "There is no such section."},
		{"language", "klingonish!", "is no language tag"},
		{"embargo_until", "2027-03-28T02:30", "the clocks go forward"},
		{"publish_at", "2027-02-30T10:00", "that exist"},
		{"time_zone", "Europe/Atlantis", "is no time zone"},
		{"external_url", "javascript:alert(1)", "Use a whole web address"},
		{"media", "no-such", "There is no such picture"},
		{"body", strings.Repeat("word ", news.MaxBody/5+1), "too long"},
		{"body", "![x](media:01234567-89ab-7def-8123-456789abcdef)", "Upload it first"},
	} {
		v := b.get("/desk/stories/new").form()
		v.Set("headline", "Fine")
		v.Set("standfirst", "What I typed")
		v.Set("time_zone", "Europe/Berlin")
		v.Set(c.field, c.value)
		v.Set("do", "save")
		page := b.post("/desk/stories", v).is(422).says(c.says)
		if got := page.form().Get("standfirst"); got != "What I typed" {
			t.Errorf("%s: the form lost %q", c.field, got)
		}
	}
	if counts, err := h.store.CountStories(t.Context()); err != nil || len(counts) != 0 {
		t.Errorf("stored: %v, %v", counts, err)
	}
	b.post("/desk/stories", url.Values{"headline": {"a\x00b"}, "time_zone": {""}}).is(422)
	b.post("/desk/stories", url.Values{"headline": {"a\xff"}}).is(422)
}

func TestScheduleWithZone(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	path := h.draft(b, "Later", "Text.")
	v := b.get(path).form()
	v.Set("do", "schedule")
	b.post(path, v).is(422).says("Say when the story should go out.")
	v.Set("publish_at", "2031-10-26T02:30") // comes twice in Berlin: the first is meant
	b.post(path, v).is(303)
	s := h.kept(path)
	if want := time.Date(2031, 10, 26, 0, 30, 0, 0, time.UTC); s.Status != news.Scheduled || !s.PublishAt.Equal(want) {
		t.Fatalf("%s at %v, want scheduled at %v", s.Status, s.PublishAt, want)
	}
	v = b.get(path).says("Goes out on", "26 October 2031, 02:30 GMT+2").form()
	v.Set("headline", "Later still")
	v.Set("publish_at", "2031-10-27T09:00")
	v.Set("do", "schedule")
	b.post(path, v).is(303)
	if s := h.kept(path); s.Content.Headline != "Later still" || s.PublishAt.Hour() != 8 {
		t.Errorf("moved: %q at %v", s.Content.Headline, s.PublishAt)
	}
	reporter := h.as(news.Reporter)
	page := reporter.get(path).is(200).says("You cannot change this story as it stands")
	if got := page.buttons(); len(got) != 0 {
		t.Errorf("a reporter may press %v on a scheduled story", got)
	}
}

func TestStepsThatAsk(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	publish := func(headline string) string {
		path := h.draft(b, headline, "Text.")
		v := b.get(path).form()
		v.Set("do", "publish")
		b.post(path, v).is(303)
		return path
	}
	path := publish("Wrong story")
	b.get(path + "/correct").is(200)
	b.post(path+"/correct", url.Values{"kind": {"correction"}, "text": {" "}}).is(422).says("Say what was wrong")
	b.post(path+"/correct", url.Values{"kind": {"correction"}, "text": {"It was Tuesday."}}).is(303)
	b.get(path + "/take-down").is(200).says("Take this story down?")
	b.post(path+"/take-down", url.Values{"notice": {"Gone for now."}, "note": {"court"}}).is(303)
	if s := h.kept(path); s.Status != news.TakenDown || s.Notice != "Gone for now." || len(s.Corrections) != 1 {
		t.Errorf("%s %q %v", s.Status, s.Notice, s.Corrections)
	}
	b.post(path+"/take-down", url.Values{"notice": {"Again."}}).is(409)
	b.get(path + "/take-down").is(409).says("cannot take this step")
	b.post(path+"/kill", url.Values{}).is(422).says("Tick the box")
	b.post(path+"/kill", url.Values{"sure": {"yes"}}).is(303)
	if s := h.kept(path); s.Status != news.Killed {
		t.Errorf("%s, want killed", s.Status)
	}
	if got := b.get(path).is(200).buttons(); len(got) != 0 {
		t.Errorf("a killed story offers %v", got)
	}
	binned := h.draft(b, "Never mind", "Text.")
	b.post(binned+"/spike", url.Values{"note": {"old news"}}).is(303)
	page := b.get(binned).is(200)
	if got := page.buttons(); !slices.Contains(got, "return") || slices.Contains(got, "save") {
		t.Errorf("a spiked story offers %v", got)
	}
	b.post(binned, url.Values{"do": {"return"}, "note": {"after all"}, "base": {"1"}}).is(303)
	if s := h.kept(binned); s.Status != news.Draft || s.Revision != 1 {
		t.Errorf("back: %s revision %d", s.Status, s.Revision)
	}
	b.get(binned+"/history").says("old news", "after all", "spiked", "returned")
}

func TestPictures(t *testing.T) {
	h := open(t)
	b := h.as(news.Reporter)
	v := b.get("/desk/stories/new").form()
	v.Set("headline", "With pictures")
	v.Set("do", "upload")
	v.Set("use", "lead")
	page := b.upload("/desk/stories", v, "a.jpg", photo(t, 1200, 800)).is(200)
	v = page.form()
	if !news.IsID(v.Get("media")) || v.Get("headline") != "With pictures" {
		t.Fatalf("after uploading the form holds %v", v)
	}
	v.Set("caption", "Ships")
	v.Set("credit", "A. Agency")
	v.Set("alt", "Three ships")
	v.Set("do", "save")
	v.Set("use", "body")
	to := b.upload("/desk/stories", v, "b.jpg", photo(t, 900, 600)).is(303).to()
	path, _, _ := strings.Cut(to, "?")
	s := h.kept(path)
	if s.Content.Picture == nil || s.Content.Picture.Caption != "Ships" || s.Content.Picture.Credit != "A. Agency" || len(s.Content.Pictures()) != 2 {
		t.Fatalf("pictures: %+v %v", s.Content.Picture, s.Content.Pictures())
	}
	page = b.get(path).is(200)
	if n := len(page.all("img", "alt", "Three ships")); n != 1 {
		t.Errorf("%d lead pictures in the preview, want 1", n)
	}
	v = page.form()
	v.Set("no_picture", "1")
	v.Set("do", "save")
	b.post(path, v).is(303)
	if s := h.kept(path); s.Content.Picture != nil {
		t.Error("the lead picture stayed")
	}
	b.upload("/desk/pictures", nil, "x.txt", []byte("no picture at all")).is(422).says("Picture file")
	got := b.upload("/desk/pictures", nil, "c.jpg", photo(t, 700, 500)).is(200)
	var reply struct{ ID, Sign, Thumb string }
	if err := json.Unmarshal([]byte(got.body), &reply); err != nil || !strings.Contains(reply.Sign, "media:"+reply.ID) || !strings.HasPrefix(reply.Thumb, "/media/") {
		t.Errorf("upload answered %s: %v", got.body, err)
	}
}

func TestWhatDoesNotFitIsSaid(t *testing.T) {
	h := open(t)
	b := h.as(news.Reporter)
	v := b.get("/desk/stories/new").form()
	v.Set("headline", "Pasted")
	v.Set("body", "Fine.\n\n<iframe src=\"https://evil.example/\"></iframe>\n\n<script>alert(1)</script>\n\n![far](https://elsewhere.example/p.jpg)")
	v.Set("do", "save")
	page := b.post("/desk/stories", v).is(200).says("The draft is begun.", "This did not fit", "from another site")
	if len(page.all("iframe")) != 0 || strings.Contains(page.body, "<script>alert") {
		t.Error("foreign HTML stands on the page")
	}
	if got := attr(page.all("form", "id", "editor")[0], "action"); !strings.HasPrefix(got, "/desk/stories/0") {
		t.Errorf("the form leads to %s", got)
	}
	part := b.do("POST", "/desk/preview", strings.NewReader(url.Values{"headline": {"<i>H</i>"}, "body": {"**x** <img src=x onerror=alert(1)>"}}.Encode()),
		map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Desk-Part": "preview"}).is(200)
	if strings.Contains(part.body, "onerror") || strings.Contains(part.body, "<i>H") || !strings.Contains(part.body, "<strong>x</strong>") || strings.Contains(part.body, "<header") {
		t.Errorf("preview: %s", part.body)
	}
	b.post("/desk/preview", url.Values{"headline": {"Whole page"}}).is(200).says("Preview", "Nothing was saved", "Whole page")
	got := b.post("/desk/convert", url.Values{"html": {`<h2 style="color:red">Head</h2><p>A <a href="https://example.org/">link</a></p><script>x</script>`}}).is(200)
	var c struct{ Markdown string }
	if err := json.Unmarshal([]byte(got.body), &c); err != nil || !strings.Contains(c.Markdown, "## Head") || !strings.Contains(c.Markdown, "[link](https://example.org/)") {
		t.Errorf("converted: %s %v", got.body, err)
	}
}

func TestListFindsAndCounts(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	for i := range listLength + 3 {
		if _, err := h.desk.Create(t.Context(), h.actor(news.Editor), draftOf(i)); err != nil {
			t.Fatal(err)
		}
	}
	page := b.get("/desk/").is(200).says("All 43", "Draft 43", "Older")
	if n := len(page.all("td", "class", "what")); n != listLength {
		t.Errorf("%d stories on a page, want %d", n, listLength)
	}
	next := attr(page.all("a", "rel", "next")[0], "href")
	if n := len(b.get(next).is(200).all("td", "class", "what")); n != 3 {
		t.Errorf("%d on the second page, want 3", n)
	}
	if n := len(b.get("/desk/?q=number+7").is(200).all("td", "class", "what")); n != 1 {
		t.Errorf("found %d, want 1", n)
	}
	b.get("/desk/?status=published").is(200).says("Nothing here yet")
	b.get("/desk/?status=nonsense").is(404)
	b.get("/desk/?cursor=nonsense").is(422)
	b.get("/desk/stories/nonsense").is(404)
	b.get("/desk/nowhere").is(404)
}
