package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dateline/internal/news"
	"dateline/internal/store"
)

func TestStaffDevices(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		person := func(name string) news.PersonID {
			t.Helper()
			p := news.Person{ID: news.NewID[news.PersonID](), Email: name + "@example.org", Name: name, Role: news.Editor}
			if err := s.AddPerson(ctx, editor, p); err != nil {
				t.Fatal(err)
			}
			return p.ID
		}
		device := func(who news.PersonID, name string) {
			t.Helper()
			r := reader(name)
			if err := s.SaveStaffDevice(ctx, news.StaffDevice{Person: who, Endpoint: r.Endpoint, Keys: r.Keys, KeyID: r.KeyID}); err != nil {
				t.Fatal(err)
			}
		}
		check := func(what string, want []string, people ...news.PersonID) {
			t.Helper()
			devices, err := s.StaffDevices(ctx, people...)
			var got []string
			for _, d := range devices {
				got = append(got, d.Endpoint)
				if r := reader(d.Endpoint[len("https://push.example.net/"):]); d.Keys != r.Keys || d.KeyID != r.KeyID || d.Created.IsZero() {
					t.Errorf("%s: %+v", what, d)
				}
			}
			slices.Sort(got)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v, %v; want %v", what, got, err, want)
			}
		}
		a, b, c := person("a"), person("b"), person("c")
		phone, desk, tablet := reader("phone").Endpoint, reader("desk").Endpoint, reader("tablet").Endpoint
		device(a, "phone")
		device(a, "desk")
		device(b, "tablet")
		check("all", []string{desk, phone, tablet})
		check("of one", []string{desk, phone}, a)
		check("of some", []string{desk, phone, tablet}, a, b, c)
		check("of nobody known", nil, "x")
		device(b, "desk")
		check("a shared desk", []string{phone}, a)
		if err := s.SetDisabled(ctx, editor, b, true); err != nil {
			t.Fatal(err)
		}
		check("all but who is shut out", []string{phone})
		check("of who is shut out", nil, b)
		for range 2 {
			if err := s.DeleteStaffDevice(ctx, phone); err != nil {
				t.Fatal(err)
			}
		}
		check("after deleting", nil)
		if n, err := s.SubscriptionCounts(ctx); err != nil || len(n) != 0 {
			t.Errorf("staff devices count as readers: %v, %v", n, err)
		}
	})
}

func TestPushKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), context.Background()
		key := func(id string) news.PushKey {
			return news.PushKey{ID: id, Public: "public " + id, Sealed: []byte("\x00\xff" + id), Created: time.Unix(1e9, 0).UTC()}
		}
		if keys, err := s.PushKeys(ctx); err != nil || len(keys) != 0 {
			t.Fatalf("at the beginning: %v, %v", keys, err)
		}
		// Nodes that start together agree.
		var nodes sync.WaitGroup
		got := make([][]news.PushKey, 6)
		for i := range got {
			nodes.Go(func() {
				kept, err := s.FirstPushKey(ctx, key(fmt.Sprint("first", i)))
				if err != nil {
					t.Error(err)
				}
				got[i] = kept
			})
		}
		nodes.Wait()
		for _, kept := range got {
			if len(kept) != 1 || !kept[0].Current || !cmp.Equal(kept, got[0]) {
				t.Errorf("kept %v, %v", kept, got[0])
			}
		}
		want := key(got[0][0].ID)
		want.Current = true
		if !cmp.Equal(got[0][0], want) {
			t.Errorf("kept otherwise than given: %s", cmp.Diff(want, got[0][0]))
		}
		current := func(want string, n int) {
			t.Helper()
			keys, err := s.PushKeys(ctx)
			if err != nil || len(keys) != n || keys[0].ID != want {
				t.Fatalf("keys %v, %v; want %d, %s first", keys, err, n, want)
			}
			for i, k := range keys {
				if k.Current != (i == 0) {
					t.Errorf("key %s current: %v", k.ID, k.Current)
				}
			}
		}
		add := func(k news.PushKey, current bool) {
			t.Helper()
			k.Current = current
			if err := s.AddPushKey(ctx, editor, k); err != nil {
				t.Fatal(err)
			}
		}
		add(key("elsewhere"), false)
		current(want.ID, 2)
		add(key("newer"), true)
		current("newer", 3)
		add(key("newer"), false) // known, and stays the current one
		current("newer", 3)
		sealedAnew := key("elsewhere")
		sealedAnew.Sealed = []byte("anew")
		add(sealedAnew, true)
		current("elsewhere", 3)
		if keys, _ := s.PushKeys(ctx); string(keys[0].Sealed) != "anew" {
			t.Errorf("sealed anew: %q", keys[0].Sealed)
		}
		if kept, err := s.FirstPushKey(ctx, key("late")); err != nil || len(kept) != 3 {
			t.Errorf("a first key where there are some: %v, %v", kept, err)
		}
		if rec, err := s.Entries(ctx, "push-key:newer", 10); err != nil || len(rec) != 2 {
			t.Errorf("the record: %v, %v", rec, err)
		}
	})
}

// TestAddingTheFirstPushKey: one is always current.
func TestAddingTheFirstPushKey(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		if err := s.AddPushKey(t.Context(), editor, news.PushKey{ID: "only", Sealed: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		if keys, err := s.PushKeys(t.Context()); err != nil || len(keys) != 1 || !keys[0].Current {
			t.Errorf("keys %+v, %v", keys, err)
		}
	})
}

func TestMailSubscriptions(t *testing.T) {
	c := &clock{t: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)}
	onBothAt(t, c.now, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ask := func(id, email string) news.MailSubscription {
			t.Helper()
			m := news.MailSubscription{ID: id, Email: email, OnlyChosen: true, Topics: []string{"ships"}, Stories: []news.StoryID{"s"},
				Importance: news.Breaking, Language: "ar", Secret: "secret of " + id}
			if err := s.SaveMailSubscription(ctx, m); err != nil {
				t.Fatal(err)
			}
			return m
		}
		listed := func(want ...string) {
			t.Helper()
			var got []string
			for after := ""; ; {
				page, err := s.MailSubscriptionsAfter(ctx, after, 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) == 0 {
					break
				}
				after = page[0].ID
				got = append(got, after)
			}
			if !slices.Equal(got, want) {
				t.Errorf("listed %v, want %v", got, want)
			}
		}
		confirm := func(id, secret string) error {
			_, err := s.ConfirmMailSubscription(ctx, id, secret)
			return err
		}
		m := ask("1", "Ada@Example.org")
		m.Email, m.Created = "ada@example.org", s.Now()
		if got, err := s.MailSubscription(ctx, "1"); err != nil || !cmp.Equal(got, m) {
			t.Fatalf("asked for: %v, %s", err, cmp.Diff(m, got))
		}
		listed()
		for _, try := range [][2]string{{"1", "guessed"}, {"2", "secret of 1"}, {"", ""}} {
			if err := confirm(try[0], try[1]); news.KindOf(err) != news.NotFound {
				t.Errorf("confirm%v: %v, want NotFound", try, err)
			}
		}
		m.Confirmed = s.Now()
		for range 2 { // opening the link again changes nothing
			if got, err := s.ConfirmMailSubscription(ctx, "1", "secret of 1"); err != nil || !cmp.Equal(got, m) {
				t.Fatalf("confirmed: %v, %s", err, cmp.Diff(m, got))
			}
			c.pass(time.Hour)
		}
		listed("1")
		// Chosen anew: whoever knows the address changes nothing of what its reader gets.
		ask("2", "ada@example.org")
		ask("3", "ada@example.org")
		listed("1")
		if err := confirm("2", "secret of 2"); news.KindOf(err) != news.NotFound {
			t.Errorf("a wish that a later one replaced: %v, want NotFound", err)
		}
		// The reader says yes to it, and the link in the first mail still stops it.
		if err := confirm("3", "secret of 3"); err != nil {
			t.Error(err)
		}
		listed("3")
		if found, err := s.StopMailSubscription(ctx, "1", "secret of 2"); err != nil || found {
			t.Errorf("stopped by a guess: %v, %v", found, err)
		}
		for _, want := range []bool{true, false} {
			if found, err := s.StopMailSubscription(ctx, "1", "secret of 1"); err != nil || found != want {
				t.Errorf("stopped by the first mail's link: %v, %v; want %v", found, err, want)
			}
		}
		listed()
		// Nobody opened the link in time.
		ask("4", "bea@example.org")
		c.pass(news.MailUnconfirmed + time.Second)
		if err := confirm("4", "secret of 4"); news.KindOf(err) != news.NotFound {
			t.Errorf("confirmed too late: %v, want NotFound", err)
		}
		ask("5", "cyd@example.org")
		if _, err := s.MailSubscription(ctx, "4"); news.KindOf(err) != news.NotFound {
			t.Errorf("an address that nobody confirmed is kept: %v", err)
		}
		if err := confirm("5", "secret of 5"); err != nil {
			t.Error(err)
		}
		if found, err := s.StopMailSubscription(ctx, "5", "secret of 5"); err != nil || !found {
			t.Errorf("stopped: %v, %v", found, err)
		}
	})
}
