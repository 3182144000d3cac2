package store_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

func flash(ctx context.Context, s *store.Store, f news.Flash) (*news.Story, int64, error) {
	return s.Flash(ctx, editor, f.ID, func(front news.Front, now time.Time) (news.FlashOutcome, error) {
		return f.Publish(editor, front, time.UTC, now)
	})
}

func TestFlashIsOneStep(t *testing.T) {
	clock := &clock{t: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	onBothAt(t, clock.now, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		old := news.NewID[news.StoryID]()
		if _, _, err := s.SetFront(ctx, editor, news.Front{Lead: old, Pins: []news.StoryID{"b"}}); err != nil {
			t.Fatal(err)
		}
		before, err := s.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		f := news.Flash{ID: news.NewID[news.StoryID](), Headline: "Explosion in the harbour", Text: "Stay away.", Section: news.Ref{Name: "world"}}

		// What fails leaves nothing.
		broken := errors.New("the power went")
		if _, _, err := s.Flash(ctx, editor, f.ID, func(news.Front, time.Time) (news.FlashOutcome, error) { return news.FlashOutcome{}, broken }); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		wrong := f
		wrong.Section = news.Ref{Name: "no such section"}
		if _, _, err := flash(ctx, s, wrong); news.KindOf(err) != news.Invalid {
			t.Errorf("a section that is not there: %v", err)
		}
		if _, err := s.Story(ctx, f.ID); news.KindOf(err) != news.NotFound {
			t.Errorf("after a flash that failed the story is there: %v", err)
		}

		// Eight clicks at once are one.
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				st, n, err := flash(ctx, s, f)
				if err != nil || n == 0 || st.Version != 1 || st.Address != "/2026/11/26/explosion-in-the-harbour" {
					t.Errorf("beside seven others: %+v, change %d, %v", st, n, err)
				}
			})
		}
		all.Wait()
		front, err := s.Front(ctx)
		if err != nil || front.Lead != f.ID || !slices.Equal(front.Pins, []news.StoryID{old, "b"}) || front.Revision != 2 {
			t.Errorf("the front is %+v, %v", front, err)
		}
		changes, err := s.Changes(ctx, before, 100)
		if err != nil {
			t.Fatal(err)
		}
		var tags []string
		for _, c := range changes {
			tags = append(tags, c.Tags...)
		}
		for _, want := range []string{news.StoryTag(f.ID), news.FrontTag, news.LatestTag, news.SiteTag, news.SectionTag("world"), news.PathTag("/2026/11/26/explosion-in-the-harbour")} {
			if n := len(slices.DeleteFunc(slices.Clone(tags), func(s string) bool { return s != want })); n == 0 {
				t.Errorf("nothing drops %s: %v", want, tags)
			}
		}
		if len(changes) != 3 {
			t.Errorf("eight clicks made %d changes, want one each of story, front and bar", len(changes))
		}
	})
}

func TestBreakingBar(t *testing.T) {
	clock := &clock{t: time.Date(2026, 11, 26, 3, 0, 0, 0, time.UTC)}
	onBothAt(t, clock.now, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		shows := func(when string, want news.StoryID) news.BreakingBar {
			t.Helper()
			bar, card, err := s.Breaking(ctx)
			if err != nil || (card == nil) != (want == "") || card != nil && (card.ID != want || bar.Story != want) {
				t.Errorf("%s: the bar is %+v with %+v, %v; want it for %q", when, bar, card, err, want)
			}
			return bar
		}
		shows("at first", "")
		one := news.Flash{ID: news.NewID[news.StoryID](), Headline: "One"}
		two := news.Flash{ID: news.NewID[news.StoryID](), Headline: "Two"}
		for _, f := range []news.Flash{one, two} {
			if _, _, err := flash(ctx, s, f); err != nil {
				t.Fatal(err)
			}
			shows("after "+f.Headline, f.ID)
		}
		bar := shows("the second took the first's place", two.ID)
		stale := news.BreakingBar{Story: one.ID, Until: bar.Until}
		if n, err := s.EndBreaking(ctx, editor, stale); err != nil || n == 0 {
			t.Errorf("ending what ended: change %d, %v", n, err)
		}
		shows("one that was replaced cannot be taken down any more", two.ID)

		if _, _, err := s.UpdateStory(ctx, editor, two.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.TakeDown(editor, "", "", now)
		}); err != nil {
			t.Fatal(err)
		}
		shows("readers cannot see the story", "")
		if _, _, err := s.UpdateStory(ctx, editor, two.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.Publish(editor, "", "", time.UTC, now)
		}); err != nil {
			t.Fatal(err)
		}
		shows("and they can again", two.ID)

		clock.pass(6*time.Hour - time.Second)
		shows("a second before its end", two.ID)
		clock.pass(time.Second)
		shows("at its end", "")

		last, err := s.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n, err := s.EndBreaking(ctx, news.System, bar)
		if err != nil || n != last+1 {
			t.Errorf("ended by change %d after %d, %v", n, last, err)
		}
		if again, err := s.EndBreaking(ctx, news.System, bar); err != nil || again != n {
			t.Errorf("ended once more by change %d, %v", again, err)
		}
		if got := shows("ended", ""); got != (news.BreakingBar{}) {
			t.Errorf("kept %+v", got)
		}
		clock.pass(-6 * time.Hour)
	})
}
