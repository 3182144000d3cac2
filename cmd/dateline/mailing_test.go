package main

import (
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"dateline/internal/auth"
	"dateline/internal/fanout"
	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/webpush"
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
	a := alertOn(t, s, editor, news.AlertHouse{})
	for _, j := range alertJobs(a) {
		if err := s.Enqueue(ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	page := claimed(t, s, alertMail)[0]
	if err := m.alertByMail(ctx, page); err != nil {
		t.Fatal(err)
	}
	letters := claimed(t, s, letterJob)
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
	if more := claimed(t, s, letterJob); len(letters) != readers || len(more) != 0 {
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

// A call for approval whose push fails has mailed everybody once, and does not do it
// again.
func TestEditorsAreCalledOnce(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "news.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	public, _ := url.Parse("https://news.example.org")
	services, err := webpush.NewServices(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	signers, err := webpush.NewSigners(developmentContact, s.Now)
	if err != nil {
		t.Fatal(err)
	}
	m := &mailing{store: s, public: public, log: slog.New(slog.DiscardHandler), engine: fanout.New(fanout.Config{Services: services, Signers: signers})}
	var who []news.Person
	for _, name := range []string{"ada", "eda"} {
		p, err := auth.NewPerson(name+"@example.org", name, news.Editor, s.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AddPerson(ctx, news.Command("test"), p); err != nil {
			t.Fatal(err)
		}
		who = append(who, p)
	}
	device := news.StaffDevice{Person: who[1].ID, Endpoint: "https://fcm.googleapis.com/fcm/send/x", KeyID: "a key that is no more"}
	if err := s.SaveStaffDevice(ctx, device); err != nil {
		t.Fatal(err)
	}
	ada := news.Actor{ID: string(who[0].ID), Name: "ada", Role: news.Editor, Via: "desk"}
	a := alertOn(t, s, ada, news.AlertHouse{Editors: 2})
	if err := s.Enqueue(ctx, newJob(approvalJob, string(a.ID), alertArgs{Alert: a.ID})); err != nil {
		t.Fatal(err)
	}
	if err := m.askApproval(ctx, claimed(t, s, approvalJob)[0]); err != nil {
		t.Errorf("it is tried again: %v", err)
	}
	if again := claimed(t, s, approvalJob); len(again) > 0 {
		t.Errorf("the job is still there: %+v", again)
	}
	if mails := claimed(t, s, mailJob); len(mails) != 1 {
		t.Errorf("%d mails for one other editor", len(mails))
	}
}

// alertOn is an alert to everyone, about a story that readers see.
func alertOn(t *testing.T, s *store.Store, who news.Actor, house news.AlertHouse) *news.Alert {
	t.Helper()
	id := news.NewID[news.StoryID]()
	story, _, err := s.Flash(t.Context(), who, id, func(front news.Front, now time.Time) (news.FlashOutcome, error) {
		f := news.Flash{ID: id, Headline: "Bridge closed", Text: "Both lanes.", Section: news.Ref{Name: "World", Slug: "world"}}
		return f.Publish(who, front, time.UTC, now)
	})
	if err != nil {
		t.Fatal(err)
	}
	a, _, err := s.CreateAlert(t.Context(), who, story.ID, func(st *news.Story, _ int, now time.Time) (*news.Alert, news.AlertOutcome, error) {
		x := news.Alert{ID: news.NewID[news.AlertID](), Title: "Bridge closed", Audience: news.Audience{All: true}}
		made, err := news.ComposeAlert(x, who, st, house, now)
		return made, news.AlertOutcome{Step: "compose"}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func claimed(t *testing.T, s *store.Store, kind string) []news.Job {
	t.Helper()
	jobs, _, err := s.ClaimJobs(t.Context(), "test", map[string]news.JobRoom{kind: {Free: 9, Attempts: 9}})
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}
