package desk_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
)

var (
	vera   = news.Actor{ID: "vera", Name: "Vera", Role: news.Editor, Via: "desk"}
	otto   = news.Actor{ID: "otto", Name: "Otto", Role: news.Admin, Via: "desk"}
	rita   = news.Actor{ID: "rita", Name: "Rita", Role: news.Reporter, Via: "desk"}
	clock0 = time.Date(2026, 11, 25, 22, 30, 0, 0, time.UTC)
)

func alert(story news.StoryID, to news.Audience) news.Alert {
	return news.Alert{Story: story, Title: "Bridge closed", Body: "Both lanes.", Audience: to}
}

var everyone = news.Audience{All: true}

func TestAnAlertToEveryoneWaitsForASecondPerson(t *testing.T) {
	d, b, _ := room(t, desk.Options{})
	ctx := t.Context()
	// Alone, nobody could be asked.
	a, err := d.ComposeAlert(ctx, vera, alert("out", everyone))
	if err != nil || a.State != news.AlertCounting || len(b.jobs) != 0 {
		t.Fatalf("the only editor: %+v, %v, jobs %v", a, err, b.jobs)
	}
	b.editors = 2
	a, err = d.ComposeAlert(ctx, vera, alert("out", everyone))
	if err != nil || a.State != news.AlertAwaiting {
		t.Fatalf("of two editors: %+v, %v", a, err)
	}
	if len(b.jobs) != 1 || b.jobs[0].Kind != desk.ApprovalJob || string(b.jobs[0].Args) != `{"alert":"`+string(a.ID)+`"}` {
		t.Errorf("the second person is not asked: %+v", b.jobs)
	}
	if _, err := d.ApproveAlert(ctx, vera, a.ID); news.KindOf(err) != news.Denied {
		t.Errorf("her own yes: %v", err)
	}
	if _, err := d.SendAlertAlone(ctx, vera, b.at, a.ID); news.KindOf(err) != news.Conflict {
		t.Errorf("alone at once: %v", err)
	}
	b.at = b.at.Add(4 * time.Minute)
	if _, err := d.SendAlertAlone(ctx, vera, b.at.Add(-time.Hour), a.ID); news.KindOf(err) != news.Denied {
		t.Errorf("alone after an old sign-in: %v", err)
	}
	if a, err = d.SendAlertAlone(ctx, vera, b.at, a.ID); err != nil || a.State != news.AlertCounting || !a.Alone {
		t.Errorf("alone: %+v, %v", a, err)
	}
	if len(b.jobs) != 2 || b.jobs[1].Kind != desk.AloneJob {
		t.Errorf("the others are not told: %+v", b.jobs)
	}
	// Others' topics need no second person.
	if a, err = d.ComposeAlert(ctx, vera, alert("out", news.Audience{Topics: []string{"Roads"}})); err != nil || a.State != news.AlertCounting {
		t.Errorf("to a topic: %+v, %v", a, err)
	}
	a, _ = d.ComposeAlert(ctx, vera, alert("out", everyone))
	if a, err = d.ApproveAlert(ctx, otto, a.ID); err != nil || a.Approver.ID != "otto" || a.State != news.AlertCounting {
		t.Errorf("approved: %+v, %v", a, err)
	}
	if want := []news.Step{"compose", "compose", "send-alone", "compose", "compose", "approve"}; !slices.Equal(b.steps, want) {
		t.Errorf("on the record: %v, want %v", b.steps, want)
	}
}

func TestNothingIsSentAboutWhatReadersCannotSee(t *testing.T) {
	d, b, c := room(t, desk.Options{})
	for id, want := range map[news.StoryID]news.Kind{"draft": news.Conflict, "killed": news.Conflict, "none": news.NotFound} {
		if _, err := d.ComposeAlert(t.Context(), vera, alert(id, everyone)); news.KindOf(err) != want {
			t.Errorf("%s: %v", id, err)
		}
	}
	a := alert("out", everyone)
	a.Picture = news.NewID[news.MediaID]()
	if _, err := d.ComposeAlert(t.Context(), vera, a); news.KindOf(err) != news.Invalid {
		t.Errorf("a picture of another story: %v", err)
	}
	c.long = true
	if _, err := d.ComposeAlert(t.Context(), vera, alert("out", everyone)); news.KindOf(err) != news.Invalid {
		t.Errorf("a message that is too long: %v", err)
	}
	if len(b.alerts) != 0 {
		t.Errorf("%d alerts are kept", len(b.alerts))
	}
}

func TestAlertsAreForEditors(t *testing.T) {
	d, b, _ := room(t, desk.Options{})
	a, _ := d.ComposeAlert(t.Context(), vera, alert("out", everyone))
	for _, room := range []struct {
		d    *desk.Desk
		who  news.Actor
		want news.Kind
	}{{d, rita, news.Denied}, {desk.New(desk.Options{}), vera, news.Busy}} {
		d, who, ctx := room.d, room.who, t.Context()
		for name, do := range map[string]func() error{
			"compose":  func() error { _, err := d.ComposeAlert(ctx, who, alert("out", everyone)); return err },
			"preview":  func() error { _, err := d.PreviewAlert(ctx, who, alert("out", everyone)); return err },
			"test":     func() error { _, err := d.TestAlert(ctx, who, alert("out", everyone)); return err },
			"approve":  func() error { _, err := d.ApproveAlert(ctx, who, a.ID); return err },
			"alone":    func() error { _, err := d.SendAlertAlone(ctx, who, b.at, a.ID); return err },
			"stop":     func() error { _, err := d.StopAlert(ctx, who, a.ID); return err },
			"correct":  func() error { _, err := d.CorrectAlert(ctx, who, a.ID, news.Alert{Title: "x"}); return err },
			"withdraw": func() error { _, err := d.WithdrawAlert(ctx, who, a.ID, news.Alert{}); return err },
			"read":     func() error { _, _, err := d.Alert(ctx, who, a.ID); return err },
			"list":     func() error { _, _, err := d.Alerts(ctx, who, news.AlertList{Limit: 1}); return err },
			"delivery": func() error { _, err := d.AlertDelivery(ctx, who, a.ID); return err },
		} {
			if err := do(); news.KindOf(err) != room.want {
				t.Errorf("%s as %s: %v, want kind %d", name, who.Name, err, room.want)
			}
		}
	}
}

func TestStopIsAnsweredWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, b, c := room(t, desk.Options{Live: lagging{}})
		compose := func() news.AlertID {
			b.editors = 1
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			a, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
			return a.ID
		}
		within := func(what string, do func()) {
			t.Helper()
			from := time.Now()
			if do(); time.Since(from) > time.Second {
				t.Errorf("%s took %s", what, time.Since(from))
			}
		}
		// In its countdown nothing had left; a node that lags keeps nobody waiting.
		id := compose()
		within("a stop in the countdown", func() {
			if a, err := d.StopAlert(t.Context(), vera, id); err != nil || a.State != news.AlertStopped || a.Tally != (news.Tally{}) {
				t.Errorf("%+v, %v", a, err)
			}
		})
		// On its way.
		id = compose()
		b.start(id, news.Tally{})
		c.tally = news.Tally{Audience: 1000, Accepted: 400, Waiting: 600}
		within("a stop", func() {
			if a, err := d.StopAlert(t.Context(), otto, id); err != nil || a.State != news.AlertStopped || a.Tally != c.tally || a.Stopper.ID != "otto" {
				t.Errorf("%+v, %v", a, err)
			}
		})
		n := b.n
		if a, err := d.StopAlert(t.Context(), vera, id); err != nil || a.Tally != c.tally || b.n != n {
			t.Errorf("again: %+v, %v, written %v", a, err, b.n != n)
		}
		// Even if nobody can count, and whoever asked has gone.
		id = compose()
		b.start(id, news.Tally{})
		c.hangs = true
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		within("a stop that cannot be counted", func() {
			if a, err := d.StopAlert(gone, vera, id); news.KindOf(err) != news.Busy || a == nil || a.State != news.AlertStopped {
				t.Errorf("%+v, %v", a, err)
			}
		})
		if a, _ := b.Alert(t.Context(), id); a.State != news.AlertStopped {
			t.Errorf("it is %s", a.State)
		}
	})
}

func TestCorrectionsTakeTheLastFormsPlace(t *testing.T) {
	d, b, c := room(t, desk.Options{})
	ctx := t.Context()
	first, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
	if _, err := d.CorrectAlert(ctx, vera, first.ID, news.Alert{Title: "Bridge open"}); news.KindOf(err) != news.Conflict {
		t.Errorf("before anything left: %v", err)
	}
	b.start(first.ID, news.Tally{})
	one, err := d.CorrectAlert(ctx, otto, first.ID, news.Alert{Title: "One lane closed", Body: "The other is open."})
	if err != nil || one.Kind != news.CorrectionAlert || one.Original != first.ID || one.Replaces != first.ID || one.State != news.AlertQueued {
		t.Fatalf("correction: %+v, %v", one, err)
	}
	if a, _ := b.Alert(ctx, first.ID); a.State != news.AlertStopped || !slices.Contains(c.stopped, first.ID) {
		t.Errorf("the wrong one goes on: %s, stopped %v", a.State, c.stopped)
	}
	b.start(one.ID, news.Tally{})
	two, err := d.CorrectAlert(ctx, vera, first.ID, news.Alert{ID: "wished", Title: "Bridge open"})
	if err != nil || two.Replaces != one.ID || two.Original != first.ID || two.ID != "wished" {
		t.Fatalf("second correction: %+v, %v", two, err)
	}
	if again, err := d.CorrectAlert(ctx, vera, first.ID, news.Alert{ID: "wished", Title: "Bridge open"}); err != nil || again.ID != two.ID || len(b.alerts) != 3 {
		t.Errorf("the same again: %+v, %v, %d alerts", again, err, len(b.alerts))
	}
	b.start(two.ID, news.Tally{})
	b.stories["out"].Status = news.Killed // it may be gone
	w, err := d.WithdrawAlert(ctx, vera, first.ID, news.Alert{})
	if err != nil || w.Kind != news.WithdrawalAlert || w.Replaces != two.ID || w.Title != news.Withdrawn {
		t.Fatalf("withdrawal: %+v, %v", w, err)
	}
	if again, err := d.WithdrawAlert(ctx, otto, first.ID, news.Alert{}); err != nil || again.ID != w.ID || again.State != news.AlertQueued {
		t.Errorf("pressed twice, it is %+v, %v", again, err)
	}
	if _, err := d.CorrectAlert(ctx, vera, first.ID, news.Alert{Title: "No"}); news.KindOf(err) != news.Conflict {
		t.Errorf("after a withdrawal: %v", err)
	}
	b.start(w.ID, news.Tally{})
	for _, a := range b.alerts {
		a.Finish(news.Tally{}, b.at)
	}
	if _, err := d.WithdrawAlert(ctx, vera, first.ID, news.Alert{}); news.KindOf(err) != news.Conflict {
		t.Errorf("withdrawn again: %v", err)
	}
	// A correction that has not left yet does not leave what it corrects on the screens.
	b.stories["out"].Status = news.Published
	wrong, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
	b.start(wrong.ID, news.Tally{})
	mend, _ := d.CorrectAlert(ctx, vera, wrong.ID, news.Alert{Title: "Mended"})
	if w, err := d.WithdrawAlert(ctx, vera, wrong.ID, news.Alert{}); err != nil || w.Kind != news.WithdrawalAlert || w.Replaces != wrong.ID {
		t.Errorf("withdrawn before its correction left: %+v, %v", w, err)
	}
	if m, _ := b.Alert(ctx, mend.ID); m.State != news.AlertStopped {
		t.Errorf("the correction is %s", m.State)
	}
	early, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
	if a, err := d.WithdrawAlert(ctx, vera, early.ID, news.Alert{}); err != nil || a.ID != early.ID || a.State != news.AlertStopped {
		t.Errorf("withdrawn before anything left: %+v, %v", a, err)
	}
}

// A faster is a memory in which another try of the same request always wins.
type faster struct{ *book }

func (f faster) CreateAlert(ctx context.Context, who news.Actor, id news.StoryID, compose func(*news.Story, int, time.Time) (*news.Alert, news.AlertOutcome, error)) (*news.Alert, int64, error) {
	if _, _, err := f.book.CreateAlert(ctx, who, id, compose); err != nil {
		return nil, 0, err
	}
	return nil, 0, news.Refuse(news.Conflict, "There is this alert already.")
}

// Two tries of one request at the same moment give one alert, whoever was faster.
func TestTheSlowerTryGetsTheSameAlert(t *testing.T) {
	_, b, c := room(t, desk.Options{})
	d := desk.New(desk.Options{Alerts: faster{b}, Courier: c, Live: shower{}})
	a := alert("out", everyone)
	a.ID = news.NewID[news.AlertID]()
	got, err := d.ComposeAlert(t.Context(), vera, a)
	if err != nil || got.ID != a.ID || len(b.alerts) != 1 {
		t.Errorf("%+v, %v; %d alerts", got, err, len(b.alerts))
	}
	// What is a conflict in itself stays one.
	if _, err := d.ComposeAlert(t.Context(), vera, alert("draft", everyone)); news.KindOf(err) != news.Conflict {
		t.Errorf("about a draft: %v", err)
	}
}
