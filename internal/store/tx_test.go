package store_test

import (
	"context"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// TestARuleThatPanics must not keep the connection that everybody writes through.
func TestARuleThatPanics(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		st := draft(t, s, content("Harbour opens"))
		for range 4 { // more often than either engine has writers
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				s.UpdateStory(context.Background(), editor, st.ID, func(*news.Story, time.Time) (news.Outcome, error) { panic("a rule broke") })
			}()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, _, err := s.UpdateStory(ctx, editor, st.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.Publish(editor, "", "", time.UTC, now)
		}); err != nil {
			t.Errorf("after rules that broke: %v", err)
		}
	})
}

// TestStatementsStayFew: each is kept prepared on every connection, so that asking for
// every number of cards must not make as many of them.
func TestStatementsStayFew(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		st := publish(t, s, draft(t, s, content("Harbour opens")).ID)
		before := store.Statements(s)
		ids := []news.StoryID{st.ID}
		for len(ids) <= 200 {
			cards, err := s.CardsByID(ctx, ids)
			if err != nil || len(cards) != 1 {
				t.Fatalf("CardsByID of %d = %d cards, %v", len(ids), len(cards), err)
			}
			ids = append(ids, news.NewID[news.StoryID]())
		}
		if n := store.Statements(s) - before; n > 9 {
			t.Errorf("%d statements for lists of 1 to 200, want at most 9", n)
		}
	})
}

// TestFiltersTogether: a list under several things holds what stands under all.
func TestFiltersTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		both := publish(t, s, draft(t, s, content("Both")).ID)
		c := content("Another topic")
		c.Topics = []news.Ref{{Name: "Bridges"}}
		publish(t, s, draft(t, s, c).ID)
		c = content("Another section")
		c.Section = news.Ref{Name: "business"}
		elsewhere := publish(t, s, draft(t, s, c).ID)
		for _, l := range []struct {
			ask  news.Listing
			want []news.StoryID
		}{
			{news.Listing{Section: "world", Topic: "harbours"}, []news.StoryID{both.ID}},
			{news.Listing{Section: "world", Topic: "harbours", Author: "ren-reporter", Since: both.FirstPublished}, []news.StoryID{both.ID}},
			{news.Listing{Section: "world", Topic: "harbours", Since: both.FirstPublished.Add(time.Microsecond)}, nil},
			{news.Listing{Topic: "harbours", Author: "ren-reporter"}, []news.StoryID{elsewhere.ID, both.ID}},
			{news.Listing{Section: "business", Topic: "bridges"}, nil},
		} {
			l.ask.Limit = 20
			cards, more, err := s.Cards(ctx, l.ask)
			if err != nil || more || len(cards) != len(l.want) {
				t.Errorf("Cards(%+v) = %d cards, more %v, %v; want %d", l.ask, len(cards), more, err, len(l.want))
				continue
			}
			for i := range cards {
				if cards[i].ID != l.want[i] {
					t.Errorf("Cards(%+v)[%d] = %q", l.ask, i, cards[i].Headline)
				}
			}
			if n, err := s.CountCards(ctx, l.ask); err != nil || n != len(l.want) {
				t.Errorf("CountCards(%+v) = %d, %v; want %d", l.ask, n, err, len(l.want))
			}
		}
	})
}
