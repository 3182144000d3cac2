package store_test

import (
	"slices"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// TestEveryAddressChangesWithItsStory: pages are kept by address, so a change must
// name each that ever led to a story: what it answers depends on whether the story is
// shown, and a redirect kept after a kill would go on to say what it was called.
func TestEveryAddressChangesWithItsStory(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		first := publish(t, s, draft(t, s, content("Harbour opens")).ID)
		c := first.Content
		c.Slug = "harbour-stays-shut"
		if _, _, err := s.UpdateStory(ctx, editor, first.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.Revise(editor, 1, c, news.Plan{}, "", now)
		}); err != nil {
			t.Fatal(err)
		}
		second := publish(t, s, first.ID)
		if second.Address == first.Address {
			t.Fatalf("the address is still %s", first.Address)
		}
		for _, step := range []struct {
			name string
			rule func(st *news.Story, now time.Time) (news.Outcome, error)
		}{
			{"take down", func(st *news.Story, now time.Time) (news.Outcome, error) { return st.TakeDown(editor, "", "", now) }},
			{"publish again", func(st *news.Story, now time.Time) (news.Outcome, error) {
				return st.Publish(editor, "", "", time.UTC, now)
			}},
			{"kill", func(st *news.Story, now time.Time) (news.Outcome, error) { return st.Kill(editor, "", now) }},
		} {
			_, n, err := s.UpdateStory(ctx, editor, first.ID, step.rule)
			if err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			changes, err := s.Changes(ctx, n-1, 1)
			if err != nil || len(changes) != 1 {
				t.Fatalf("%s: %d changes, %v", step.name, len(changes), err)
			}
			for _, address := range []string{first.Address, second.Address} {
				if !slices.Contains(changes[0].Tags, news.PathTag(address)) {
					t.Errorf("%s does not change %s; it changes %q", step.name, address, changes[0].Tags)
				}
			}
		}
	})
}

// TestImportedAddressesChange: an address that was not found before leads to an
// imported story from now on.
func TestImportedAddressesChange(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		admin := news.Actor{Name: "import", Role: news.Admin, Via: "command"}
		_, n, err := s.ImportStories(ctx, admin, []news.Imported{{
			Source: "x", OldID: "1", Kind: news.Article, Status: news.Published, FirstPublished: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC),
			Content: content("From elsewhere"), Old: []string{"/old/from-elsewhere/"},
		}}, false)
		if err != nil {
			t.Fatal(err)
		}
		var tags []string
		changes, err := s.Changes(ctx, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			tags = append(tags, c.Tags...)
		}
		if !slices.Contains(tags, news.PathTag("/old/from-elsewhere/")) {
			t.Errorf("the import up to change %d names %q, not the old address", n, tags)
		}
	})
}
