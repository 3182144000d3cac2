package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/webpush"
)

var (
	vera   = news.Actor{ID: "vera", Name: "Vera", Role: news.Editor, Via: "desk"}
	otto   = news.Actor{ID: "otto", Name: "Otto", Role: news.Admin, Via: "desk"}
	rita   = news.Actor{ID: "rita", Name: "Rita", Role: news.Reporter, Via: "desk"}
	clock0 = time.Date(2026, 11, 25, 22, 30, 0, 0, time.UTC)
)

// A book keeps alerts in memory as the store does.
type book struct {
	stories map[news.StoryID]*news.Story
	alerts  []*news.Alert // oldest first
	kept    map[news.AlertID][]byte
	devices []news.StaffDevice
	editors int
	at      time.Time
	n       int64
	jobs    []news.Job
	steps   []news.Step
}

func (b *book) CreateAlert(_ context.Context, _ news.Actor, id news.StoryID, compose func(*news.Story, int, time.Time) (*news.Alert, news.AlertOutcome, error)) (*news.Alert, int64, error) {
	s := b.stories[id]
	if s == nil {
		return nil, 0, news.Missing("story")
	}
	compose(s, b.editors, b.at) // PostgreSQL may make a rule run twice
	a, o, err := compose(s, b.editors, b.at)
	if err != nil {
		return nil, 0, err
	}
	b.note(o)
	b.alerts = append(b.alerts, a)
	c := *a
	return &c, b.n, nil
}

func (b *book) note(o news.AlertOutcome) {
	b.n++
	b.jobs, b.steps = append(b.jobs, o.Jobs...), append(b.steps, o.Step)
}

func (b *book) UpdateAlert(_ context.Context, _ news.Actor, id news.AlertID, rule func(*news.Alert, *news.Story, int, time.Time) (news.AlertOutcome, error)) (after, next *news.Alert, n int64, err error) {
	for _, a := range b.alerts {
		if a.ID != id {
			continue
		}
		c := *a
		rule(&c, b.stories[a.Story], b.editors, b.at)
		c = *a
		o, err := rule(&c, b.stories[a.Story], b.editors, b.at)
		if err != nil || o.Quiet {
			return &c, nil, 0, err
		}
		*a = c
		b.note(o)
		if o.Next != nil {
			b.alerts = append(b.alerts, o.Next)
		}
		return &c, o.Next, b.n, nil
	}
	return nil, nil, 0, news.Missing("alert")
}

func (b *book) Alert(_ context.Context, id news.AlertID) (*news.Alert, error) {
	for _, a := range b.alerts {
		if a.ID == id {
			c := *a
			return &c, nil
		}
	}
	return nil, news.Missing("alert")
}

func (b *book) Alerts(_ context.Context, l news.AlertList) (out []news.Alert, next string, err error) {
	for _, a := range slices.Backward(b.alerts) {
		if (l.Story == "" || a.Story == l.Story) && (l.Original == "" || a.Original == l.Original) && !a.Composed.Before(l.Since) {
			out = append(out, *a)
		}
	}
	return out, "", nil
}

func (b *book) KeptDelivery(_ context.Context, id news.AlertID) ([]byte, error) {
	if b.kept[id] == nil {
		return nil, news.Missing("record")
	}
	return b.kept[id], nil
}

func (b *book) StaffDevices(_ context.Context, people ...news.PersonID) (out []news.StaffDevice, err error) {
	for _, d := range b.devices {
		if len(people) == 0 || slices.Contains(people, d.Person) {
			out = append(out, d)
		}
	}
	return out, nil
}

// start does what the courier does once an alert is due.
func (b *book) start(id news.AlertID, t news.Tally) {
	for _, a := range b.alerts {
		if a.ID == id {
			a.State = news.AlertQueued
			a.Begin(b.at)
			a.Tally = t
		}
	}
}

// A courier that counts.
type courier struct {
	reach   int
	long    bool
	tally   news.Tally
	hangs   bool
	stopped []news.AlertID
	tested  []news.StaffDevice
}

func (c *courier) Reach(*news.Alert) int { return c.reach }

func (c *courier) Message(a *news.Alert) ([]byte, error) {
	if c.long {
		return nil, news.Wrong("body", "This is too long for push services.")
	}
	return []byte(a.Title + a.Body), nil
}

func (c *courier) Stop(ctx context.Context, id news.AlertID) (news.Tally, error) {
	if c.hangs {
		<-ctx.Done()
		return news.Tally{}, ctx.Err()
	}
	c.stopped = append(c.stopped, id)
	return c.tally, ctx.Err()
}

func (c *courier) Progress(context.Context, news.AlertID) (news.AlertProgress, error) {
	return news.AlertProgress{Tally: c.tally, PerSecond: 7}, nil
}

func (c *courier) Test(_ context.Context, _ *news.Alert, to []news.StaffDevice) (int, error) {
	c.tested = append(c.tested, to...)
	return len(to), nil
}

// lagging is a node that never shows anything.
type lagging struct{}

func (lagging) Wait(ctx context.Context, n int64, _ []string) (news.Timing, error) {
	if n > 0 {
		<-ctx.Done()
	}
	return news.Timing{}, ctx.Err()
}

func room(t *testing.T, o desk.Options) (*desk.Desk, *book, *courier) {
	t.Helper()
	live := func(lang string) *news.Version { return &news.Version{Content: news.Content{Language: lang}} }
	b := &book{at: clock0, editors: 1, kept: map[news.AlertID][]byte{}, stories: map[news.StoryID]*news.Story{
		"out":    {ID: "out", Status: news.Published, Address: "/2026/11/25/out", Live: live("en")},
		"arabic": {ID: "arabic", Status: news.Published, Address: "/2026/11/25/arabic", Live: live("ar")},
		"draft":  {ID: "draft", Status: news.Draft},
		"killed": {ID: "killed", Status: news.Killed},
	}}
	c := &courier{reach: 1000}
	o.Alerts, o.Courier = b, c
	if o.Live == nil {
		o.Live = shower{}
	}
	return desk.New(o), b, c
}

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

func TestPreview(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Baghdad") // where it is the 26th already
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	d, b, c := room(t, desk.Options{Zone: zone, AlertBudget: 2, Uplink: 100_000_000})
	ctx := t.Context()
	preview := func(a news.Alert) news.AlertPreview {
		t.Helper()
		n := len(b.alerts)
		p, err := d.PreviewAlert(ctx, vera, a)
		if err != nil || len(b.alerts) != n {
			t.Fatalf("%+v, %v, %d alerts kept", p, err, len(b.alerts)-n)
		}
		return p
	}
	warned := func(p news.AlertPreview, words ...string) {
		t.Helper()
		all := strings.Join(p.Warnings, " ")
		if len(p.Warnings) != len(words) {
			t.Errorf("%d warnings, want %d: %s", len(p.Warnings), len(words), all)
		}
		for _, w := range words {
			if !strings.Contains(all, w) {
				t.Errorf("no warning of %q: %s", w, all)
			}
		}
	}
	p := preview(alert("out", everyone))
	if p.Size != len("Bridge closedBoth lanes.") || p.MaxSize != webpush.MaxPayload || p.Reach != 1000 || p.Needs || p.Today != 0 || p.Budget != 2 || p.Earlier != nil || p.Alert.Urgency != "high" {
		t.Errorf("%+v", p)
	}
	warned(p)
	b.editors = 2
	if !preview(alert("out", everyone)).Needs {
		t.Error("does not say that a second person is needed")
	}
	b.editors = 1
	// Yesterday's do not count: the site's day began an hour and a half ago.
	b.at = clock0.Add(-2 * time.Hour)
	a, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
	b.start(a.ID, news.Tally{})
	b.at = clock0
	p = preview(alert("out", everyone))
	if p.Today != 0 || p.Earlier == nil || p.Earlier.ID != a.ID {
		t.Errorf("%+v", p)
	}
	warned(p)
	for range 2 {
		b.at = b.at.Add(time.Minute)
		a, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
		b.start(a.ID, news.Tally{})
	}
	d.ComposeAlert(ctx, vera, alert("out", news.Audience{Followers: true})) // not to everyone
	p = preview(alert("out", everyone))
	if p.Today != 2 {
		t.Errorf("today %d", p.Today)
	}
	warned(p, "number 3", "last hour")
	warned(preview(alert("arabic", everyone)), "number 3", "title mixes", "text mixes")
	x := alert("arabic", news.Audience{Followers: true})
	x.Title, x.Body = "الجسر مغلق 24", ""
	c.reach = 0
	warned(preview(x), "Nobody")
	x.Title = strings.Repeat("جسر ", 20)
	c.reach = 1_000_000
	p = preview(x)
	warned(p, "80 characters", "Send it over 9 minutes") // 56 Gbit at 100 Mbit/s
	x.Title, x.Pace = "جسر", 9*time.Minute
	warned(preview(x))
	c.reach = 100_000_000
	warned(preview(x), "however slowly")
}

func TestTestsGoToOnesOwnBrowsers(t *testing.T) {
	d, b, c := room(t, desk.Options{})
	b.devices = []news.StaffDevice{{Person: "vera", Endpoint: "1"}, {Person: "otto", Endpoint: "2"}, {Person: "", Endpoint: "3"}}
	if n, err := d.TestAlert(t.Context(), vera, alert("out", everyone)); n != 1 || err != nil || len(c.tested) != 1 || c.tested[0].Endpoint != "1" {
		t.Errorf("%d, %v, %+v", n, err, c.tested)
	}
	if _, err := d.TestAlert(t.Context(), news.Command("root"), alert("out", everyone)); news.KindOf(err) != news.Conflict || len(c.tested) != 1 {
		t.Errorf("nobody's browsers: %v, %+v", err, c.tested)
	}
	if len(b.alerts) != 0 {
		t.Error("a test was kept as an alert")
	}
}

func TestProgress(t *testing.T) {
	d, b, c := room(t, desk.Options{})
	ctx := t.Context()
	a, _ := d.ComposeAlert(ctx, vera, alert("out", everyone))
	if _, p, err := d.Alert(ctx, vera, a.ID); err != nil || p.Audience != 1000 || p.Waiting != 1000 || p.PerSecond != 0 {
		t.Errorf("before: %+v, %v", p, err)
	}
	c.tally = news.Tally{Audience: 10, Accepted: 8, Waiting: 2}
	b.start(a.ID, news.Tally{})
	if _, p, err := d.Alert(ctx, vera, a.ID); err != nil || p.Tally != c.tally || p.PerSecond != 7 {
		t.Errorf("meanwhile: %+v, %v", p, err)
	}
	// The record outlives the subscriptions.
	whole := news.Tally{Audience: 10, Accepted: 9, Gone: 1}
	for _, x := range b.alerts {
		x.Finish(whole, b.at)
	}
	b.kept[a.ID], _ = json.Marshal([]news.ServiceProgress{{Origin: "https://push.example", Tally: whole}})
	if _, p, err := d.Alert(ctx, vera, a.ID); err != nil || p.Tally != whole || len(p.Services) != 1 || p.Services[0].Gone != 1 || p.Services[0].State != "done" {
		t.Errorf("after: %+v, %v", p, err)
	}
	if s, err := d.AlertDelivery(ctx, otto, a.ID); err != nil || len(s) != 1 || s[0].Accepted != 9 {
		t.Errorf("record: %+v, %v", s, err)
	}
	b.kept[a.ID] = []byte("{")
	if _, _, err := d.Alert(ctx, vera, a.ID); err == nil || news.KindOf(err) != 0 {
		t.Errorf("a broken record: %v", err)
	}
	if _, _, err := d.Alert(ctx, vera, "none"); !errors.As(err, new(*news.Error)) {
		t.Errorf("an unknown one: %v", err)
	}
}
