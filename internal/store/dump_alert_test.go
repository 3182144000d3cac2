package store_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/news"
	"dateline/internal/store"
)

// TestDumpOfAlerts: readers, keys, alerts and what became of them move from each engine
// to the other, as a backup writes them.
func TestDumpOfAlerts(t *testing.T) {
	for from, openFrom := range engines {
		for to, openTo := range engines {
			if from == to {
				continue
			}
			t.Run(from+" to "+to, func(t *testing.T) { moveAlerts(t, openFrom(t, nil), openTo(t, nil)) })
		}
	}
}

func moveAlerts(t *testing.T, from, to *store.Store) {
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	save(t, from, choosy("a"), "")
	gone, _ := save(t, from, reader("gone"), "")
	save(t, from, reader("b"), "")
	_, err := from.DeleteSubscription(ctx, gone.Endpoint)
	check(err)
	_, err = from.FirstPushKey(ctx, news.PushKey{ID: "k", Public: "p", Sealed: []byte("\x00\xff\xfe sealed")})
	check(err)
	who := news.Person{ID: news.NewID[news.PersonID](), Email: "e@example.org", Role: news.Editor}
	check(from.AddPerson(ctx, editor, who))
	check(from.SaveStaffDevice(ctx, news.StaffDevice{Person: who.ID, Endpoint: "https://push.example.net/staff", Keys: reader("staff").Keys, KeyID: "k"}))
	check(from.SaveMailSubscription(ctx, news.MailSubscription{ID: "1", Email: "r@example.org", Secret: "s"}))
	st := publish(t, from, draft(t, from, content("Harbour opens")).ID)
	over := compose(t, from, st.ID, "It is over")
	check(from.Ledger().Freeze(ctx, over.ID, news.Recipients{0b1010}))
	check(from.Ledger().Settle(ctx, over.ID, []news.DeliveryMark{{Accepted: news.Bits{0b0010}, Gone: news.Bits{0b1000}}}))
	check(from.KeepDelivery(ctx, over.ID, []byte(`["kept"]`)))
	begin(t, from, over.ID)
	update(t, from, over.ID, func(a *news.Alert, _ *news.Story, now time.Time) (*news.Alert, error) {
		a.Finish(news.Tally{Audience: 2, Accepted: 1, Gone: 1}, now)
		return nil, nil
	})
	sending := compose(t, from, st.ID, "It is on its way")
	begin(t, from, sending.ID)
	check(from.Ledger().Freeze(ctx, sending.ID, news.Recipients{0b1010}))
	_, _, err = from.Ledger().Claim(ctx, sending.ID, "node", 9)
	check(err)
	check(from.Ledger().Settle(ctx, sending.ID, []news.DeliveryMark{{Accepted: news.Bits{0b0010}}}))
	var planned *news.Alert
	planned, _, err = from.CreateAlert(ctx, editor, st.ID, func(st *news.Story, _ int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
		a, err := news.ComposeAlert(news.Alert{ID: news.NewID[news.AlertID](), Title: "Tomorrow", Audience: news.Audience{All: true}, SendAt: now.Add(24 * time.Hour)},
			editor, st, house, now)
		return a, news.AlertOutcome{Step: "compose"}, err
	})
	check(err)

	check(to.Load(ctx, func(put func(string, []string, []any) error) error {
		return from.Dump(ctx, func(table string, columns []string, values []any) error {
			b, err := json.Marshal(values)
			check(err)
			dec := json.NewDecoder(strings.NewReader(string(b)))
			dec.UseNumber()
			var back []any
			check(dec.Decode(&back))
			for i, v := range back {
				if n, ok := v.(json.Number); ok {
					back[i], err = n.Int64()
					check(err)
				}
			}
			return put(table, columns, back)
		})
	}))

	everything := func(s *store.Store) (all []any) {
		check(s.EachSubscription(ctx, news.NumberRange{To: math.MaxUint32}, func(x *news.Subscription) error {
			all = append(all, *x)
			return nil
		}))
		keys, err := s.PushKeys(ctx)
		check(err)
		devices, err := s.StaffDevices(ctx)
		check(err)
		mail, err := s.MailSubscription(ctx, "1")
		check(err)
		kept, err := s.KeptDelivery(ctx, over.ID)
		check(err)
		all = append(all, keys, devices, mail, kept)
		for _, id := range []news.AlertID{over.ID, planned.ID} {
			a, err := s.Alert(ctx, id)
			check(err)
			all = append(all, a)
		}
		for _, id := range []news.AlertID{over.ID, sending.ID, planned.ID} {
			rec, err := s.Ledger().Record(ctx, id)
			check(err)
			if rec != nil {
				rec.Leased = 0
			}
			all = append(all, rec)
		}
		return all
	}
	if was, is := everything(from), everything(to); !cmp.Equal(was, is) {
		t.Errorf("it differs: %s", cmp.Diff(was, is))
	}
	stopped, err := to.Alert(ctx, sending.ID)
	check(err)
	if want := (news.Tally{Audience: 2, Accepted: 1, Waiting: 1}); stopped.State != news.AlertStopped || stopped.Reason == "" || stopped.Tally != want {
		t.Errorf("what was on its way is %s, %q, %+v", stopped.State, stopped.Reason, stopped.Tally)
	}
	if next, _ := save(t, to, reader("after"), ""); next.Number != 4 {
		t.Errorf("the next number is %d, want 4", next.Number)
	}
	if err := to.Load(ctx, func(func(string, []string, []any) error) error { return nil }); news.KindOf(err) != news.Conflict {
		t.Errorf("loading over it: %v, want Conflict", err)
	}
}

// TestLoadOverReaders: who has readers' subscriptions, if nothing else, has something to lose.
func TestLoadOverReaders(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		// A backup of before there were alerts.
		if err := s.Load(ctx, func(put func(string, []string, []any) error) error {
			return put("change_seq", []string{"one", "n"}, []any{int64(1), int64(0)})
		}); err != nil {
			t.Fatal(err)
		}
		for name, values := range map[string][]any{"too few values": {"x"}, "no base64": {"k", "p", "%", int64(1), int64(1)}} {
			err := s.Load(ctx, func(put func(string, []string, []any) error) error {
				return put("push_key", []string{"id", "public", "sealed", "is_current", "created_at"}, values)
			})
			if err == nil {
				t.Errorf("%s: restored", name)
			}
		}
		if first, _ := save(t, s, reader("a"), ""); first.Number != 1 {
			t.Errorf("number %d", first.Number)
		}
		if err := s.Load(ctx, func(func(string, []string, []any) error) error { return nil }); news.KindOf(err) != news.Conflict {
			t.Errorf("loading over readers: %v, want Conflict", err)
		}
	})
}
