package store_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/news"
	"dateline/internal/store"
)

var house = news.AlertHouse{Patience: time.Minute, Fresh: time.Minute}

// compose keeps an alert about a story, as the desk does, without a countdown.
func compose(t *testing.T, s *store.Store, story news.StoryID, title string) *news.Alert {
	t.Helper()
	a, n, err := s.CreateAlert(t.Context(), editor, story, func(st *news.Story, editors int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
		h := house
		h.Editors = editors
		a, err := news.ComposeAlert(news.Alert{
			ID: news.NewID[news.AlertID](), Title: title, Body: "What happened.", Audience: news.Audience{All: true},
		}, editor, st, h, now)
		return a, news.AlertOutcome{Step: "compose", Jobs: []news.Job{{Kind: "told", Args: []byte("{}")}}}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatal("an alert made no change")
	}
	return a
}

func update(t *testing.T, s *store.Store, id news.AlertID, rule func(a *news.Alert, st *news.Story, now time.Time) (*news.Alert, error)) (after, next *news.Alert) {
	t.Helper()
	after, next, n, err := s.UpdateAlert(t.Context(), editor, id, func(a *news.Alert, st *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		next, err := rule(a, st, now)
		return news.AlertOutcome{Step: "try", Next: next}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatal("a step made no change")
	}
	return after, next
}

func begin(t *testing.T, s *store.Store, id news.AlertID) {
	t.Helper()
	update(t, s, id, func(a *news.Alert, _ *news.Story, now time.Time) (*news.Alert, error) {
		a.Begin(now)
		return nil, nil
	})
}

func correct(t *testing.T, s *store.Store, id news.AlertID, title string) *news.Alert {
	t.Helper()
	_, next := update(t, s, id, func(a *news.Alert, st *news.Story, now time.Time) (*news.Alert, error) {
		return a.Correct(news.Alert{ID: news.NewID[news.AlertID](), Title: title}, editor, st, now)
	})
	return next
}

func withdraw(t *testing.T, s *store.Store, id news.AlertID) *news.Alert {
	t.Helper()
	_, next := update(t, s, id, func(a *news.Alert, _ *news.Story, now time.Time) (*news.Alert, error) {
		return a.Withdraw(news.Alert{ID: news.NewID[news.AlertID]()}, editor, now)
	})
	return next
}

func TestAlertLife(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		st := publish(t, s, draft(t, s, content("Harbour opens")).ID)
		from, err := s.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		a := compose(t, s, st.ID, "The harbour is open")
		got, err := s.Alert(ctx, a.ID)
		if err != nil || !cmp.Equal(got, a) {
			t.Fatalf("kept: %v, differs by %s", err, cmp.Diff(a, got))
		}
		begin(t, s, a.ID)
		after, next := update(t, s, a.ID, func(a *news.Alert, st *news.Story, now time.Time) (*news.Alert, error) {
			a.Finish(news.Tally{Audience: 3, Accepted: 2, Gone: 1}, now)
			a.Reason, a.Alone, a.Approver, a.Approved, a.SendAt = "r", true, reporter, now, now.In(time.FixedZone("", 3600))
			return a.Correct(news.Alert{ID: news.NewID[news.AlertID](), Title: "It is half open"}, editor, st, now)
		})
		after.SendAt = after.SendAt.UTC()
		for _, want := range []*news.Alert{after, next} {
			if got, err := s.Alert(ctx, want.ID); err != nil || !cmp.Equal(got, want) {
				t.Errorf("after a correction: %v, differs by %s", err, cmp.Diff(want, got))
			}
		}

		// Everybody is told, once for each alert that changed.
		changes, err := s.Changes(ctx, from, 100)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, c := range changes {
			if c.Kind != news.AlertChange || !slices.Equal(c.Tags, []string{news.AlertsTag}) {
				t.Errorf("change %+v", c)
			}
			told = append(told, c.Subject)
		}
		if want := []string{string(a.ID), string(a.ID), string(a.ID), string(next.ID)}; !slices.Equal(told, want) {
			t.Errorf("changes of %v, want %v", told, want)
		}
		if n, err := s.WaitingJobs(ctx); err != nil || n != 1 {
			t.Errorf("%d jobs, %v; want 1", n, err)
		}
		if rec, err := s.Entries(ctx, "alert:"+string(a.ID), 10); err != nil || len(rec) != 3 || rec[0].Who != editor.Name {
			t.Errorf("the record: %v, %v", rec, err)
		}
		last, err := s.LastChange(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, _, n, err := s.UpdateAlert(ctx, editor, a.ID, func(a *news.Alert, _ *news.Story, _ int, _ time.Time) (news.AlertOutcome, error) {
			a.Title = "unheard of"
			return news.AlertOutcome{Quiet: true}, nil
		})
		if err != nil || n != last {
			t.Errorf("a quiet rule: change %d, %v; want the last one, %d", n, err, last)
		}
		if got, _ := s.Alert(ctx, a.ID); got.Title == "unheard of" {
			t.Error("a quiet rule wrote something")
		}
	})
}

// Of two editors who replace an alert at the same moment the later is told; a replacement
// that was stopped before it left is none.
func TestAnAlertIsReplacedOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		a := compose(t, s, publish(t, s, draft(t, s, content("Harbour opens")).ID).ID, "The harbour is open")
		begin(t, s, a.ID)
		first := correct(t, s, a.ID, "It is half open")
		again := func() error {
			_, _, _, err := s.UpdateAlert(t.Context(), editor, a.ID, func(a *news.Alert, st *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
				next, err := a.Correct(news.Alert{ID: news.NewID[news.AlertID](), Title: "It is shut"}, editor, st, now)
				return news.AlertOutcome{Step: "try", Next: next}, err
			})
			return err
		}
		if err := again(); news.KindOf(err) != news.Conflict {
			t.Errorf("a second correction of the same words: %v", err)
		}
		update(t, s, first.ID, func(x *news.Alert, _ *news.Story, now time.Time) (*news.Alert, error) {
			return nil, x.Stop(editor, now)
		})
		if err := again(); err != nil {
			t.Errorf("after the first correction was stopped before it left: %v", err)
		}
	})
}

func TestAlertsThatAreNotThere(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		rule := func(*news.Alert, *news.Story, int, time.Time) (news.AlertOutcome, error) {
			t.Error("a rule ran")
			return news.AlertOutcome{}, nil
		}
		for _, id := range []news.AlertID{"", "x", news.NewID[news.AlertID]()} {
			if _, err := s.Alert(ctx, id); news.KindOf(err) != news.NotFound {
				t.Errorf("Alert(%q): %v, want NotFound", id, err)
			}
			if _, _, _, err := s.UpdateAlert(ctx, editor, id, rule); news.KindOf(err) != news.NotFound {
				t.Errorf("UpdateAlert(%q): %v, want NotFound", id, err)
			}
			if _, err := s.KeptDelivery(ctx, id); news.KindOf(err) != news.NotFound {
				t.Errorf("KeptDelivery(%q): %v, want NotFound", id, err)
			}
			if _, _, err := s.CreateAlert(ctx, editor, news.StoryID(id), nil); news.KindOf(err) != news.NotFound {
				t.Errorf("CreateAlert(%q): %v, want NotFound", id, err)
			}
		}
		if _, _, err := s.Alerts(ctx, news.AlertList{Cursor: "12.x"}); news.KindOf(err) != news.Invalid {
			t.Errorf("a made-up cursor: %v, want Invalid", err)
		}
	})
}

// TestEditorsAreCounted: those who could say yes, nobody else.
func TestEditorsAreCounted(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		st := publish(t, s, draft(t, s, content("Harbour opens")).ID)
		if a := compose(t, s, st.ID, "Nobody could be asked"); a.State != news.AlertQueued {
			t.Errorf("without editors it is %s", a.State)
		}
		var last news.PersonID
		for email, role := range map[string]news.Role{"a@example.org": news.Editor, "b@example.org": news.Admin, "c@example.org": news.Reporter} {
			p := news.Person{ID: news.NewID[news.PersonID](), Email: email, Role: role}
			if err := s.AddPerson(ctx, editor, p); err != nil {
				t.Fatal(err)
			}
			if role == news.Admin {
				last = p.ID
			}
		}
		if a := compose(t, s, st.ID, "Two could be asked"); a.State != news.AlertAwaiting {
			t.Errorf("with two editors it is %s", a.State)
		}
		if err := s.SetDisabled(ctx, editor, last, true); err != nil {
			t.Fatal(err)
		}
		if a := compose(t, s, st.ID, "One is left"); a.State != news.AlertQueued {
			t.Errorf("with one editor it is %s", a.State)
		}
	})
}

func TestAlertLists(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		one := publish(t, s, draft(t, s, content("One")).ID)
		two := publish(t, s, draft(t, s, content("Two")).ID)
		var all []news.AlertID
		for _, st := range []*news.Story{one, two, one, one} {
			all = append(all, compose(t, s, st.ID, "About "+st.Content.Headline).ID)
		}
		begin(t, s, all[0])
		fix := correct(t, s, all[0], "Corrected")
		all = append(all, fix.ID)
		slices.Reverse(all)
		ids := func(l news.AlertList) (got []news.AlertID) {
			t.Helper()
			for {
				items, next, err := s.Alerts(ctx, l)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range items {
					got = append(got, a.ID)
				}
				if l.Cursor = next; next == "" {
					return got
				}
			}
		}
		for _, try := range []struct {
			name string
			list news.AlertList
			want []news.AlertID
		}{
			{"all", news.AlertList{}, all},
			{"by pages", news.AlertList{Limit: 2}, all},
			{"about a story", news.AlertList{Story: two.ID, Limit: 1}, all[3:4]},
			{"a chain", news.AlertList{Original: fix.Original}, []news.AlertID{all[0], all[4]}},
			{"not over", news.AlertList{Open: true, Limit: 1}, all[:4]}, // a correction stops what it corrects
			{"since", news.AlertList{Since: fix.Composed}, all[:1]},
			{"all filters", news.AlertList{Story: one.ID, Original: fix.Original, Open: true, Since: fix.Composed}, all[:1]},
		} {
			if got := ids(try.list); !slices.Equal(got, try.want) {
				t.Errorf("%s: %v, want %v", try.name, got, try.want)
			}
		}
	})
}

// TestShownAlerts: readers see what went out, in its last words, and of what they
// cannot see any more only that it was withdrawn.
func TestShownAlerts(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		shown := func() []news.ShownAlert {
			t.Helper()
			l, err := s.ShownAlerts(ctx, 50)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		st := publish(t, s, draft(t, s, content("Harbour opens")).ID)
		first := compose(t, s, st.ID, "The harbour is open")
		if l := shown(); len(l) != 0 {
			t.Fatalf("before it left: %+v", l)
		}
		begin(t, s, first.ID)
		other := compose(t, s, st.ID, "The first ship")
		begin(t, s, other.ID)
		l := shown()
		if len(l) != 2 || l[0].ID != other.ID || l[1].Title != "The harbour is open" || l[1].Address != st.Address || !l[1].Corrected.IsZero() || l[1].Was != "" {
			t.Fatalf("two that left: %+v", l)
		}
		fix := correct(t, s, first.ID, "It is half open")
		if l := shown(); len(l) != 2 || l[1].Title != "The harbour is open" {
			t.Fatalf("a correction that has not left: %+v", l)
		}
		begin(t, s, fix.ID)
		l = shown()
		if len(l) != 2 || l[1].ID != first.ID || l[1].Title != "It is half open" || l[1].Was != "The harbour is open" ||
			l[1].Kind != news.CorrectionAlert || l[1].Corrected.IsZero() || l[1].At.After(l[1].Corrected) {
			t.Fatalf("a correction: %+v", l)
		}
		drill := compose(t, s, st.ID, "Drill")
		update(t, s, drill.ID, func(a *news.Alert, _ *news.Story, now time.Time) (*news.Alert, error) {
			a.Kind = "drill"
			a.Begin(now)
			return nil, nil
		})
		if items, _, err := s.Alerts(ctx, news.AlertList{}); err != nil || slices.ContainsFunc(items, func(a news.Alert) bool { return a.ID == drill.ID }) {
			t.Errorf("a drill is on the list: %+v, %v", items, err)
		}
		gone := withdraw(t, s, fix.ID)
		begin(t, s, gone.ID)
		if l := shown(); len(l) != 2 || l[1].Title != news.Withdrawn || l[1].Was != "" {
			t.Fatalf("a withdrawal: %+v", l)
		}
		if l, err := s.ShownAlerts(ctx, 1); err != nil || len(l) != 1 || l[0].ID != other.ID {
			t.Errorf("the last one: %+v, %v", l, err)
		}
	})
}

func TestShownAlertsOfWhatIsNotShown(t *testing.T) {
	steps := map[string]func(st *news.Story, now time.Time) (news.Outcome, error){
		"killed":     func(st *news.Story, now time.Time) (news.Outcome, error) { return st.Kill(editor, "", now) },
		"taken down": func(st *news.Story, now time.Time) (news.Outcome, error) { return st.TakeDown(editor, "", "", now) },
		"embargoed": func(st *news.Story, now time.Time) (news.Outcome, error) { // by a correction of the embargo
			st.Live.Content.EmbargoUntil = now.Add(time.Hour)
			return news.Outcome{Step: news.Save}, nil
		},
	}
	for name, step := range steps {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, open func() *store.Store) {
				s, ctx := open(), t.Context()
				st := publish(t, s, draft(t, s, content("Ghastly secret")).ID)
				plain := compose(t, s, st.ID, "A ghastly secret")
				begin(t, s, plain.ID)
				taken := compose(t, s, st.ID, "Another ghastly secret")
				begin(t, s, taken.ID)
				fix := correct(t, s, taken.ID, "A less ghastly secret")
				begin(t, s, fix.ID)
				if _, _, err := s.UpdateStory(ctx, editor, st.ID, step); err != nil {
					t.Fatal(err)
				}
				if l, err := s.ShownAlerts(ctx, 50); err != nil || len(l) != 0 {
					t.Fatalf("its alerts are shown: %+v, %v", l, err)
				}
				withdrawal := withdraw(t, s, fix.ID)
				if l, err := s.ShownAlerts(ctx, 50); err != nil || len(l) != 0 {
					t.Fatalf("its alerts are shown before the withdrawal left: %+v, %v", l, err)
				}
				begin(t, s, withdrawal.ID)
				l, err := s.ShownAlerts(ctx, 50)
				if err != nil || len(l) != 1 || l[0].Kind != news.WithdrawalAlert || l[0].ID != taken.ID {
					t.Fatalf("after the withdrawal: %+v, %v", l, err)
				}
				words, err := json.Marshal(l)
				if err != nil {
					t.Fatal(err)
				}
				for _, secret := range []string{"ecret", "harbour", "What happened", st.Address} {
					if strings.Contains(string(words), secret) {
						t.Errorf("%q is told: %s", secret, words)
					}
				}
			})
		})
	}
}

func TestKeptDelivery(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), context.Background()
		a := compose(t, s, publish(t, s, draft(t, s, content("Harbour opens")).ID).ID, "Open")
		for _, record := range []string{`[1]`, `[2]`} {
			if err := s.KeepDelivery(ctx, a.ID, []byte(record)); err != nil {
				t.Fatal(err)
			}
			if got, err := s.KeptDelivery(ctx, a.ID); err != nil || string(got) != record {
				t.Errorf("kept %s, %v; want %s", got, err, record)
			}
		}
	})
}
