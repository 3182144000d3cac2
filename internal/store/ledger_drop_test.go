package store_test

import (
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// TestRecipientsAreForgotten: who got an alert is dropped a while after it, and after
// all that replaced it, was over; its numbers stay.
func TestRecipientsAreForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		l := s.Ledger()
		var everybody news.Recipients
		for n := range uint32(5000 * news.ChunkSize / 8) {
			everybody.Add(n * 8)
		}
		reached := func(id news.AlertID) (audience int) {
			t.Helper()
			rec, err := l.Record(ctx, id)
			if err != nil || rec == nil {
				t.Fatalf("the record of %s: %v, %v", id, rec, err)
			}
			return rec.Audience.Count()
		}
		over := func(id news.AlertID) {
			t.Helper()
			if err := l.Freeze(ctx, id, everybody); err != nil {
				t.Fatal(err)
			}
			update(t, s, id, func(a *news.Alert, _ *news.Story, now time.Time) (*news.Alert, error) {
				a.Begin(now)
				a.Finish(news.Tally{Audience: 7, Accepted: 7}, now)
				return nil, nil
			})
		}
		st := publish(t, s, draft(t, s, content("Harbour opens")).ID)
		alone, first, going := compose(t, s, st.ID, "Alone"), compose(t, s, st.ID, "Corrected"), compose(t, s, st.ID, "Going")
		over(alone.ID)
		over(first.ID)
		if err := l.Freeze(ctx, going.ID, everybody); err != nil {
			t.Fatal(err)
		}
		next := correct(t, s, first.ID, "A correction that is on its way")
		drop := func(before time.Time, want int) {
			t.Helper()
			if n, err := s.DropRecipients(ctx, before); err != nil || n != want {
				t.Errorf("forgot %d, %v; want %d", n, err, want)
			}
		}
		drop(s.Now().Add(-time.Hour), 0)
		later := s.Now().Add(time.Hour)
		drop(later, 1)
		drop(later, 0)
		if n := reached(alone.ID); n != 0 {
			t.Errorf("%d are still known", n)
		}
		for _, id := range []news.AlertID{first.ID, going.ID} {
			if n := reached(id); n != everybody.Count() {
				t.Errorf("%d of alert %s are known", n, id)
			}
		}
		over(next.ID)
		drop(s.Now().Add(time.Hour), 2)
		if a, err := s.Alert(ctx, alone.ID); err != nil || a.Tally.Accepted != 7 {
			t.Errorf("its numbers: %+v, %v", a, err)
		}
		// What is frozen once is not frozen anew.
		if err := l.Freeze(ctx, alone.ID, everybody); err != nil || reached(alone.ID) != 0 {
			t.Errorf("frozen again: %v", err)
		}
	})
}

// TestOneAlertOfTwoTries: with one ID one alert is made, however many ask at once.
func TestOneAlertOfTwoTries(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		st := publish(t, s, draft(t, s, content("Harbour opens")).ID)
		id := news.NewID[news.AlertID]()
		const tries = 8
		errs := make(chan error, tries)
		for range tries {
			go func() {
				_, _, err := s.CreateAlert(ctx, editor, st.ID, func(st *news.Story, _ int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
					a, err := news.ComposeAlert(news.Alert{ID: id, Title: "Open", Audience: news.Audience{All: true}}, editor, st, house, now)
					return a, news.AlertOutcome{Step: "compose"}, err
				})
				errs <- err
			}()
		}
		made := 0
		for range tries {
			switch err := <-errs; {
			case err == nil:
				made++
			case news.KindOf(err) != news.Conflict:
				t.Errorf("the other one: %v, want a conflict", err)
			}
		}
		items, _, err := s.Alerts(ctx, news.AlertList{Limit: 10})
		if err != nil || len(items) != 1 || made != 1 {
			t.Errorf("%d were made, %d are there, %v", made, len(items), err)
		}
	})
}
