package news_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/news"
)

func TestAnotherLead(t *testing.T) {
	ids := func(s string) []news.StoryID {
		out := []news.StoryID{}
		for _, x := range strings.Fields(s) {
			out = append(out, news.StoryID(x))
		}
		return out
	}
	for _, c := range []struct{ lead, pins, want string }{
		{"", "", ""},
		{"a", "", "a"},
		{"a", "b c", "a b c"},
		{"", "b c", "b c"},
		{"new", "b c", "b c"},
		{"a", "b new c", "a b c"},
		{"a", "1 2 3 4 5 6 7 8 9 10 11 12", "a 1 2 3 4 5 6 7 8 9 10 11"},
		{"", "1 2 3 4 5 6 7 8 9 10 11 12", "1 2 3 4 5 6 7 8 9 10 11 12"},
	} {
		before := news.Front{Lead: news.StoryID(c.lead), Pins: ids(c.pins), Revision: 7}
		got := before.LedBy("new")
		if got.Lead != "new" || !slices.Equal(got.Pins, ids(c.want)) || got.Revision != 7 {
			t.Errorf("led by %q with pins %q, then: %+v, want pins %q", c.lead, c.pins, got, c.want)
		}
		if !slices.Equal(before.Pins, ids(c.pins)) {
			t.Errorf("the arrangement before became %v", before.Pins)
		}
	}
}

func TestFlashNeedsAnEditorAndAHeadline(t *testing.T) {
	now := time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)
	publish := func(role news.Role, f news.Flash) (news.FlashOutcome, error) {
		f.ID = news.NewID[news.StoryID]()
		return f.Publish(news.Actor{ID: "x", Name: "X", Role: role}, news.Front{}, time.UTC, now)
	}
	for role, kind := range map[news.Role]news.Kind{news.Reporter: news.Denied, news.Moderator: news.Denied, news.Editor: 0, news.Admin: 0} {
		o, err := publish(role, news.Flash{Headline: "Explosion in the harbour", Text: "Stay away."})
		if news.KindOf(err) != kind {
			t.Errorf("%s flashes: %v, want kind %d", role, err, kind)
		}
		if err == nil && (!o.Story.Visible(now) || !o.Story.Content.CommentsShut || o.Story.Version != 1 || o.Bar.Until.Sub(now) != 6*time.Hour) {
			t.Errorf("%s flashed %+v, bar %+v", role, o.Story, o.Bar)
		}
	}
	for _, f := range []news.Flash{{}, {Headline: " "}, {Headline: strings.Repeat("x", 501)}, {Headline: "x", Language: "not a language"}, {Headline: "x", Text: strings.Repeat("x", 2001)}} {
		if _, err := publish(news.Editor, f); news.KindOf(err) != news.Invalid {
			t.Errorf("%.60s: %v, want it refused as input", fmt.Sprint(f), err)
		}
	}
}

// Whatever stands in the setting, readers' pages do not fail of it.
func TestBreakingBarOfASetting(t *testing.T) {
	bar := news.BreakingBar{Story: news.NewID[news.StoryID](), Until: time.Date(2026, 11, 26, 9, 0, 0, 123456000, time.UTC)}
	if got := news.ReadBreakingBar(bar.Setting()); got != bar {
		t.Errorf("kept %v, read %v", bar, got)
	}
	for _, s := range []string{"", "null", "{}", "[", `{"story":"x","until":"2026-11-26T09:00:00Z"}`, `{"story":5}`, strings.Repeat("[", 100_000)} {
		if got := news.ReadBreakingBar(s); got != (news.BreakingBar{}) {
			t.Errorf("of %.40q came the bar %+v", s, got)
		}
	}
}
