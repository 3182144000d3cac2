package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

// The mails of an alert leave once each, whatever is cut off between, and none of them
// once the alert was stopped.
func TestAlertByMail(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "news.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	public, _ := url.Parse("https://news.example.org")
	box := &outbox{}
	m := &mailing{store: s, sender: box, public: public, siteName: "The Example", language: "en", log: slog.New(slog.DiscardHandler)}
	const readers = 3
	for i := range readers {
		r := news.MailSubscription{ID: news.Secret(), Secret: news.LongSecret(), Email: fmt.Sprintf("reader%d@example.org", i), Importance: news.Ordinary}
		if err := s.SaveMailSubscription(ctx, r); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ConfirmMailSubscription(ctx, r.ID, r.Secret); err != nil {
			t.Fatal(err)
		}
	}
	editor := news.Command("test")
	story, _, err := s.Flash(ctx, editor, news.NewID[news.StoryID](), func(front news.Front, now time.Time) (news.FlashOutcome, error) {
		f := news.Flash{ID: news.NewID[news.StoryID](), Headline: "Bridge closed", Text: "Both lanes.", Section: news.Ref{Name: "World", Slug: "world"}}
		return f.Publish(editor, front, time.UTC, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := s.CreateAlert(ctx, editor, story.ID, func(st *news.Story, _ int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
		x := news.Alert{ID: news.NewID[news.AlertID](), Title: "Bridge closed", Audience: news.Audience{All: true}}
		made, err := news.ComposeAlert(x, editor, st, news.AlertHouse{}, now)
		return made, news.AlertOutcome{Step: "compose"}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim := func(kind string) []news.Job {
		t.Helper()
		jobs, _, err := s.ClaimJobs(ctx, "test", map[string]news.JobRoom{kind: {Free: 9, Attempts: 9}})
		if err != nil {
			t.Fatal(err)
		}
		return jobs
	}
	for _, j := range alertJobs(a) {
		if err := s.Enqueue(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	page := claim(alertMail)[0]
	if err := m.alertByMail(ctx, page); err != nil {
		t.Fatal(err)
	}
	letters := claim(letterJob)
	if err := m.sendLetter(ctx, letters[0]); err != nil {
		t.Fatal(err)
	}
	if err := s.FinishJob(ctx, letters[0]); err != nil {
		t.Fatal(err)
	}
	// The node stood still, and begins the page again.
	if err := m.alertByMail(ctx, page); err == nil {
		t.Error("a page that was handed over already was made again")
	}
	if more := claim(letterJob); len(letters) != readers || len(more) != 0 {
		t.Errorf("%d mails for %d readers, and %d more when the job ran again", len(letters), readers, len(more))
	}
	if _, _, _, err := s.UpdateAlert(ctx, editor, a.ID, func(a *news.Alert, _ *news.Story, _ int, now time.Time) (news.AlertOutcome, error) {
		return news.AlertOutcome{Step: news.Stop}, a.Stop(editor, now)
	}); err != nil {
		t.Fatal(err)
	}
	for _, j := range letters[1:] {
		if err := m.sendLetter(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.sent) != 1 {
		t.Errorf("%d mails left, want the one before the alert was stopped", len(box.sent))
	}
}
