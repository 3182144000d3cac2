package store_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/news"
	"dateline/internal/store"
)

func reader(name string) news.Subscription {
	s := news.Subscription{Endpoint: "https://push.example.net/" + name, KeyID: "k1", State: news.SubscriptionActive, Importance: news.Ordinary, Language: "en"}
	copy(s.Keys[:], name)
	return s
}

func choosy(name string) news.Subscription {
	s := reader(name)
	s.Topics, s.Stories = []string{"harbours", "ships"}, []news.StoryID{"0192a6de-0000-7000-8000-000000000000"}
	s.OnlyChosen, s.Importance, s.MostPerDay, s.Language = true, news.Breaking, 3, "ar"
	s.Quiet = news.QuietHours{From: 22 * 60, To: 7 * 60, Zone: "Europe/Berlin"}
	return s
}

func save(t *testing.T, s *store.Store, sub news.Subscription, replaces string) (news.Subscription, bool) {
	t.Helper()
	saved, created, err := s.SaveSubscription(t.Context(), sub, replaces)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Subscription(t.Context(), sub.Endpoint)
	if err != nil || !cmp.Equal(got, saved) {
		t.Fatalf("what was saved is not there: %v, differs by %s", err, cmp.Diff(saved, got))
	}
	return saved, created
}

// everyone gives all endpoints by number.
func everyone(t *testing.T, s *store.Store) map[uint32]string {
	t.Helper()
	all := map[uint32]string{}
	if err := s.EachSubscription(t.Context(), news.NumberRange{To: math.MaxUint32}, func(x *news.Subscription) error {
		all[x.Number] = x.Endpoint
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// rangesSince gives the subjects of the changes after n.
func rangesSince(t *testing.T, s *store.Store, n int64) (subjects []string) {
	t.Helper()
	changes, err := s.Changes(t.Context(), n, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Kind != news.SubscriptionChange || len(c.Tags) != 0 {
			t.Errorf("change %+v", c)
		}
		if _, err := news.ParseNumberRange(c.Subject); err != nil {
			t.Error(err)
		}
		subjects = append(subjects, c.Subject)
	}
	return subjects
}

func lastChange(t *testing.T, s *store.Store) int64 {
	t.Helper()
	n, err := s.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSubscriptionLife(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		from := lastChange(t, s)
		a, created := save(t, s, choosy("a"), "")
		if !created || a.Created.IsZero() || a.Seen.IsZero() {
			t.Errorf("the first time: %v %+v", created, a)
		}
		want := choosy("a")
		want.Number, want.Created, want.Seen = a.Number, a.Created, a.Seen
		if !cmp.Equal(a, want) {
			t.Errorf("kept otherwise than given: %s", cmp.Diff(want, a))
		}
		b, _ := save(t, s, reader("b"), "")
		if b.Number != a.Number+1 {
			t.Errorf("numbers %d and %d", a.Number, b.Number)
		}
		again, created := save(t, s, reader("a"), "")
		if created || again.Number != a.Number || !again.Created.Equal(a.Created) || again.Topics != nil || again.OnlyChosen {
			t.Errorf("the same endpoint again: %v %+v", created, again)
		}
		changed, err := s.ChangeSubscription(ctx, again.Endpoint, func(x *news.Subscription) error {
			x.Topics, x.State, x.Number, x.Endpoint = []string{"ships"}, news.SubscriptionPaused, 99, "https://elsewhere"
			return nil
		})
		if got, _ := s.Subscription(ctx, again.Endpoint); err != nil || !cmp.Equal(got, changed) || got.Number != a.Number || got.State != news.SubscriptionPaused {
			t.Errorf("changed to %+v, %v", got, err)
		}
		no := errors.New("no")
		if _, err := s.ChangeSubscription(ctx, again.Endpoint, func(x *news.Subscription) error { x.Topics = nil; return no }); !errors.Is(err, no) {
			t.Errorf("a rule that refuses: %v", err)
		}
		if got, _ := s.Subscription(ctx, again.Endpoint); !cmp.Equal(got, changed) {
			t.Errorf("a rule that refuses changed it to %+v", got)
		}
		if n, err := s.SubscriptionCounts(ctx); err != nil || !cmp.Equal(n, map[news.SubscriptionState]int{news.SubscriptionActive: 1, news.SubscriptionPaused: 1}) {
			t.Errorf("counts %v, %v", n, err)
		}
		for _, want := range []bool{true, false} {
			if found, err := s.DeleteSubscription(ctx, b.Endpoint); err != nil || found != want {
				t.Errorf("delete: %v, %v; want %v", found, err, want)
			}
		}
		for _, endpoint := range []string{b.Endpoint, "", "x"} {
			if _, err := s.Subscription(ctx, endpoint); news.KindOf(err) != news.NotFound {
				t.Errorf("Subscription(%q): %v, want NotFound", endpoint, err)
			}
			if _, err := s.ChangeSubscription(ctx, endpoint, func(*news.Subscription) error { return nil }); news.KindOf(err) != news.NotFound {
				t.Errorf("ChangeSubscription(%q): %v, want NotFound", endpoint, err)
			}
		}
		c, _ := save(t, s, reader("b"), "")
		if c.Number != b.Number+1 {
			t.Errorf("number %d after %d was deleted", c.Number, b.Number)
		}
		if got, want := rangesSince(t, s, from), []string{"1-1", "2-2", "1-1", "1-1", "2-2", "3-3"}; !slices.Equal(got, want) {
			t.Errorf("changes %v, want %v", got, want)
		}
	})
}

// TestReplacedEndpoint: a browser whose endpoint changed stays who it was.
func TestReplacedEndpoint(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		before := choosy("old")
		before.State = news.SubscriptionPaused
		old, _ := save(t, s, before, "")
		from := lastChange(t, s)
		is := reader("new")
		is.KeyID = "k2"
		moved, created := save(t, s, is, old.Endpoint)
		want := old
		want.Endpoint, want.Keys, want.KeyID, want.Seen = is.Endpoint, is.Keys, is.KeyID, moved.Seen
		if created || !cmp.Equal(moved, want) {
			t.Errorf("taken over: %v, %s", created, cmp.Diff(want, moved))
		}
		if _, err := s.Subscription(ctx, old.Endpoint); news.KindOf(err) != news.NotFound {
			t.Errorf("the old endpoint: %v, want NotFound", err)
		}
		// The other tab, or the worker, says the same.
		if again, created := save(t, s, is, old.Endpoint); created || again.Number != old.Number || !again.OnlyChosen {
			t.Errorf("taken over twice: %v %+v", created, again)
		}
		if got, want := rangesSince(t, s, from), []string{"1-1", "1-1"}; !slices.Equal(got, want) {
			t.Errorf("changes %v, want %v", got, want)
		}
		// An endpoint that nobody knows, and one's own.
		fresh, created := save(t, s, choosy("fresh"), "https://push.example.net/unheard-of")
		if !created || fresh.Number != 2 || !fresh.OnlyChosen {
			t.Errorf("in place of nothing: %v %+v", created, fresh)
		}
		if self, created := save(t, s, reader("fresh"), fresh.Endpoint); created || self.OnlyChosen || self.Number != 2 {
			t.Errorf("in place of itself: %v %+v", created, self)
		}
		// Both are here: the browser came with the new one before it told of the old.
		from = lastChange(t, s)
		both, created := save(t, s, reader("fresh"), is.Endpoint)
		if created || both.Number != 1 || !both.OnlyChosen {
			t.Errorf("both here: %v %+v", created, both)
		}
		if all := everyone(t, s); !cmp.Equal(all, map[uint32]string{1: both.Endpoint}) {
			t.Errorf("left: %v", all)
		}
		if got, want := rangesSince(t, s, from), []string{"2-2", "1-1"}; !slices.Equal(got, want) {
			t.Errorf("changes %v, want %v", got, want)
		}
		// One that waited for a visit waits no more.
		waits := choosy("imported")
		waits.State, waits.KeyID = news.SubscriptionWaiting, ""
		if _, _, err := s.SaveSubscriptions(ctx, []news.Subscription{waits}); err != nil {
			t.Fatal(err)
		}
		if here, _ := save(t, s, reader("visit"), waits.Endpoint); here.State != news.SubscriptionActive || here.KeyID != "k1" || !here.OnlyChosen {
			t.Errorf("after a visit: %+v", here)
		}
	})
}

// TestSubscribingAtOnce: whatever comes together, an endpoint is there once, and its
// number is nobody else's.
func TestSubscribingAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), context.Background()
		old, _ := save(t, s, choosy("old"), "")
		var at sync.WaitGroup
		created := make(chan uint32, 100)
		for i := range 12 {
			at.Go(func() {
				name, replaces := "same", ""
				switch i % 3 {
				case 1:
					name = fmt.Sprint("other", i)
				case 2:
					name, replaces = "new", old.Endpoint
				}
				sub, fresh, err := s.SaveSubscription(ctx, reader(name), replaces)
				if err != nil {
					t.Error(err)
				} else if fresh {
					created <- sub.Number
				} else if name == "new" && sub.Number != old.Number {
					t.Errorf("the browser that moved got number %d", sub.Number)
				}
			})
		}
		at.Wait()
		close(created)
		var numbers []uint32
		for n := range created {
			numbers = append(numbers, n)
		}
		slices.Sort(numbers)
		if want := []uint32{2, 3, 4, 5, 6}; !slices.Equal(numbers, want) {
			t.Errorf("numbers given: %v, want %v", numbers, want)
		}
		if all := everyone(t, s); len(all) != 6 || all[1] != "https://push.example.net/new" {
			t.Errorf("there are %v", all)
		}
	})
}

func TestManySubscriptionsAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		from := lastChange(t, s)
		const many = 10_100 // some transactions, some pages
		subs := make([]news.Subscription, many)
		for i := range subs {
			subs[i] = reader(fmt.Sprint(i))
			subs[i].Topics = []string{"harbours", fmt.Sprint("topic-", i%3)}
		}
		subs = append(subs, choosy("7")) // the last word of an endpoint
		created, replaced, err := s.SaveSubscriptions(ctx, subs)
		if err != nil || created != many || replaced != 0 {
			t.Fatalf("created %d, replaced %d, %v", created, replaced, err)
		}
		var covered uint32
		for _, c := range rangesSince(t, s, from) {
			r, _ := news.ParseNumberRange(c)
			if r.From != covered+1 {
				t.Errorf("change %s after %d", c, covered)
			}
			covered = r.To
		}
		if covered != many {
			t.Errorf("changes up to %d of %d", covered, many)
		}
		next := uint32(1)
		if err := s.EachSubscription(ctx, news.NumberRange{To: math.MaxUint32}, func(x *news.Subscription) error {
			if x.Number != next {
				return fmt.Errorf("number %d, want %d", x.Number, next)
			}
			next++
			var i int
			if _, err := fmt.Sscanf(x.Endpoint, "https://push.example.net/%d", &i); err != nil {
				return err
			}
			want := subs[i]
			if i == 7 {
				want = choosy("7")
			}
			want.Number, want.Created = x.Number, x.Created
			if !cmp.Equal(*x, want) {
				return fmt.Errorf("subscription %d: %s", i, cmp.Diff(want, *x))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if next != many+1 {
			t.Errorf("%d subscriptions, want %d", next-1, many)
		}
		// A part of them, told to stop.
		enough := errors.New("enough")
		var got []uint32
		err = s.EachSubscription(ctx, news.NumberRange{From: 4095, To: 8300}, func(x *news.Subscription) error {
			if got = append(got, x.Number); x.Number == 8200 {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) || len(got) != 8200-4095+1 || got[0] != 4095 {
			t.Errorf("a range: %d from %d on, %v", len(got), got[0], err)
		}
		// Again, with one that is new.
		from = lastChange(t, s)
		before, err := s.Subscription(ctx, subs[5].Endpoint)
		if err != nil {
			t.Fatal(err)
		}
		created, replaced, err = s.SaveSubscriptions(ctx, []news.Subscription{choosy("5"), reader("late")})
		if err != nil || created != 1 || replaced != 1 {
			t.Errorf("again: created %d, replaced %d, %v", created, replaced, err)
		}
		after, err := s.Subscription(ctx, subs[5].Endpoint)
		if err != nil || after.Number != before.Number || !after.Created.Equal(before.Created) || !after.OnlyChosen {
			t.Errorf("again: %+v, %v", after, err)
		}
		want := []string{fmt.Sprintf("%d-%[1]d", before.Number), fmt.Sprintf("%d-%[1]d", many+1)}
		if got := rangesSince(t, s, from); !slices.Equal(got, want) {
			t.Errorf("changes %v, want %v", got, want)
		}
	})
}

func TestPruning(t *testing.T) {
	c := &clock{t: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)}
	onBothAt(t, c.now, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		subs := make([]news.Subscription, 3000)
		for i := range subs {
			subs[i] = reader(fmt.Sprint(i))
		}
		if _, _, err := s.SaveSubscriptions(ctx, subs); err != nil {
			t.Fatal(err)
		}
		all := everyone(t, s)
		// Number 4 went to another endpoint: what was said of it was said of the old one.
		save(t, s, reader("moved"), all[4])
		from := lastChange(t, s)
		var gone news.Recipients
		for n := uint32(2); n <= 3000; n += 2 {
			gone.Add(n)
		}
		gone.Add(70_000) // nobody
		if n, err := s.PruneSubscriptions(ctx, gone); err != nil || n != 1499 {
			t.Fatalf("pruned %d, %v; want 1499", n, err)
		}
		if got, want := rangesSince(t, s, from), []string{"2-2048", "2050-3000"}; !slices.Equal(got, want) {
			t.Errorf("changes %v, want %v", got, want)
		}
		left := everyone(t, s)
		for n := uint32(1); n <= 3000; n++ {
			if _, ok := left[n]; ok != (n%2 == 1 || n == 4) {
				t.Fatalf("subscription %d is here: %v", n, ok)
			}
		}
		from = lastChange(t, s)
		if n, err := s.PruneSubscriptions(ctx, gone); err != nil || n != 0 || len(rangesSince(t, s, from)) > 0 {
			t.Errorf("again: %d, %v", n, err)
		}
		if fresh, _ := save(t, s, reader("fresh"), ""); fresh.Number != 3001 {
			t.Errorf("number %d, want 3001", fresh.Number)
		}
	})
}
