package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// mailed gives what MailNotices enqueues.
func mailed(t *testing.T, s *store.Store) (out []string) {
	t.Helper()
	if err := s.MailNotices(t.Context(), func(n news.Notice) (news.Job, bool) {
		said := n.Text
		if n.Relief != "" {
			said = n.Relief
		}
		out = append(out, said)
		return news.Job{Kind: "mail", Args: []byte(`{}`)}, true
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNotices(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	onBothAt(t, func() time.Time { return now }, func(t *testing.T, s *store.Store) {
		now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		ctx := t.Context()
		note := func(key, text string) {
			t.Helper()
			if err := s.NoteNotice(ctx, news.Notice{Key: key, Text: text, Times: 1}); err != nil {
				t.Fatal(err)
			}
		}
		open := func(want string) {
			t.Helper()
			list, err := s.Notices(ctx)
			got := ""
			for _, n := range list {
				got += fmt.Sprintf("%s %s x%d since %s;", n.Key, n.Text, n.Times, n.First.Format("15:04"))
			}
			if err != nil || got != want {
				t.Errorf("open at %s: %q, %v; want %q", now.Format("15:04"), got, err, want)
			}
		}
		mails := func(want ...string) {
			t.Helper()
			if got := mailed(t, s); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("mailed at %s: %q, want %q", now.Format("15:04"), got, want)
			}
		}
		clear := func(key, relief string) {
			t.Helper()
			if err := s.ClearNotice(ctx, key, relief); err != nil {
				t.Fatal(err)
			}
		}
		clear("index", "nothing was wrong")
		open("")
		mails()
		note("index", "broken")
		mails("broken")
		now = now.Add(time.Minute)
		note("index", "still broken")
		note("drill", "failed")
		open("drill failed x1 since 12:01;index still broken x2 since 12:00;")
		mails("failed") // the other one had its mail
		clear("index", "whole again")
		mails("whole again")
		mails()
		open("drill failed x1 since 12:01;")

		// Broken again within the hour: told by mail as soon as that is over, if it is so still.
		now = now.Add(time.Minute)
		note("index", "broken again")
		open("index broken again x1 since 12:02;drill failed x1 since 12:01;")
		mails()
		now = now.Add(time.Hour)
		mails("broken again")

		// What was not mailed is not taken back by mail; what somebody has seen to neither.
		note("short", "a blip")
		clear("short", "over")
		mails()
		if err := s.DismissNotice(ctx, editor, "index"); err != nil {
			t.Fatal(err)
		}
		mails()
		open("drill failed x1 since 12:01;")
		for range 2 {
			if err := s.DismissNotice(ctx, editor, "drill"); err != nil {
				t.Fatal(err)
			}
		}
		if e, err := s.Entries(ctx, "notice:drill", 5); err != nil || len(e) != 1 {
			t.Errorf("dismissals on the record: %v, %v; want one", e, err)
		}
		open("")

		// Told by another way while the database was away: no second mail.
		if err := s.NoteNotice(ctx, news.Notice{Key: "database", Text: "away", Times: 7, First: now.Add(-time.Minute), Last: now.Add(-time.Second), Mailed: now}); err != nil {
			t.Fatal(err)
		}
		mails()
		clear("database", "back")
		mails("back")
		if n, err := s.WaitingJobs(ctx); err != nil || n != 5 {
			t.Errorf("%d mails wait, %v; want 5", n, err)
		}
	})
}

// Strangers choose names that become notices; the latest are kept.
func TestNoticesAreBounded(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := engines["sqlite"](t, func() time.Time { return now })
	for i := range news.MaxNotices + 20 {
		now = now.Add(time.Second)
		if err := s.NoteNotice(t.Context(), news.Notice{Key: fmt.Sprint("n", i), Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := s.Notices(t.Context()); err != nil || len(list) != news.MaxNotices || list[0].Key != fmt.Sprint("n", news.MaxNotices+19) {
		t.Errorf("%d open, %v; want the latest %d", len(list), err, news.MaxNotices)
	}
}

// Of nodes that look at once, one mails.
func TestNoticesAreMailedByOneNode(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		for i := range 5 {
			if err := s.NoteNotice(t.Context(), news.Notice{Key: fmt.Sprint("n", i), Text: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		var nodes sync.WaitGroup
		for range 6 {
			nodes.Go(func() {
				err := s.MailNotices(context.Background(), func(n news.Notice) (news.Job, bool) { return news.Job{Kind: "mail", Args: []byte(`{}`)}, true })
				if err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		if n, err := s.WaitingJobs(t.Context()); err != nil || n != 5 {
			t.Errorf("%d mails, %v; want 5", n, err)
		}
	})
}
