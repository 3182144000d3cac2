package store_test

import (
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

func TestPasskeysAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s, ctx := open(), t.Context()
		ann, err := s.AddReader(ctx, editor, "ann@example.org", "en")
		if err != nil {
			t.Fatal(err)
		}
		bob, err := s.AddReader(ctx, editor, "bob@example.org", "en")
		if err != nil {
			t.Fatal(err)
		}
		soon := s.Now().Add(time.Minute)
		for _, x := range []news.PasskeyAsk{{Challenge: "new", Reader: ann.ID, Data: "{}", Expires: soon}, {Challenge: "in", Data: "{}", Expires: soon}, {Challenge: "old", Data: "{}", Expires: s.Now().Add(-time.Second)}} {
			if err := s.AddPasskeyAsk(ctx, x); err != nil {
				t.Fatal(err)
			}
		}
		if x, err := s.TakePasskeyAsk(ctx, "new"); err != nil || x.Reader != ann.ID || x.Data != "{}" {
			t.Errorf("taken: %+v, %v", x, err)
		}
		for _, gone := range []string{"new", "old", "never"} {
			if _, err := s.TakePasskeyAsk(ctx, gone); news.KindOf(err) != news.NotFound {
				t.Errorf("%s is taken: %v", gone, err)
			}
		}
		if err := s.AddPasskey(ctx, news.Passkey{ID: "key", Reader: ann, Data: "one"}); err != nil {
			t.Fatal(err)
		}
		if err := s.AddPasskey(ctx, news.Passkey{ID: "key", Reader: bob, Data: "two"}); news.KindOf(err) != news.Conflict {
			t.Errorf("another's credential: %v", err)
		}
		if err := s.UsedPasskey(ctx, "key", "used"); err != nil {
			t.Fatal(err)
		}
		if x, err := s.Passkey(ctx, "key"); err != nil || x.Reader.Email != "ann@example.org" || x.Data != "used" || x.Used.IsZero() {
			t.Errorf("kept: %+v, %v", x, err)
		}
		if err := s.RemovePasskey(ctx, bob.ID, "key"); news.KindOf(err) != news.NotFound {
			t.Errorf("another removed it: %v", err)
		}
		for i := range news.MaxPasskeys {
			if err := s.AddPasskey(ctx, news.Passkey{ID: "more" + string(rune('a'+i)), Reader: bob, Data: "{}"}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.AddPasskey(ctx, news.Passkey{ID: "too many", Reader: bob, Data: "{}"}); news.KindOf(err) != news.Conflict {
			t.Errorf("one too many: %v", err)
		}
		if _, err := s.ForgetReader(ctx, ann.ID, false); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Passkey(ctx, "key"); news.KindOf(err) != news.NotFound {
			t.Errorf("a forgotten reader's passkey: %v", err)
		}
		if list, err := s.Passkeys(ctx, bob.ID); err != nil || len(list) != news.MaxPasskeys {
			t.Errorf("%d of the other's, %v", len(list), err)
		}
	})
}
