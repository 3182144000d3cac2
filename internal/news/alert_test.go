package news

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var (
	ed2   = Actor{ID: "e2", Name: "Eve", Role: Editor, Via: "desk"}
	robot = Actor{ID: "t", Name: "Robot", Role: Editor, Via: "api"}
	house = AlertHouse{Editors: 2, Countdown: 10 * time.Second, Patience: 3 * time.Minute, Fresh: 5 * time.Minute}
)

func shown(t *testing.T) *Story {
	t.Helper()
	s := written(t, Content{Headline: "Bridge closed", Language: "ar"})
	if _, err := s.Publish(ed, "", "", time.UTC, now); err != nil {
		t.Fatal(err)
	}
	return s
}

func composed(t *testing.T, to Audience, h AlertHouse) (*Alert, *Story) {
	t.Helper()
	s := shown(t)
	a, err := ComposeAlert(Alert{ID: NewID[AlertID](), Title: "Bridge closed", Audience: to}, ed, s, h, now)
	if err != nil {
		t.Fatal(err)
	}
	return a, s
}

// sending is an alert of which something has gone out.
func sending(t *testing.T) (*Alert, *Story) {
	t.Helper()
	a, s := composed(t, Audience{Topics: []string{"roads"}}, house)
	a.Advance(s, house, now.Add(10*time.Second))
	if !a.Begin(now.Add(10 * time.Second)) {
		t.Fatalf("an alert that is %s did not begin", a.State)
	}
	return a, s
}

func TestAnAlertNeedsAStoryThatReadersSee(t *testing.T) {
	embargoed := shown(t)
	embargoed.Live.Content.EmbargoUntil = now.Add(time.Hour)
	stories := map[string]*Story{"embargoed": embargoed}
	for _, st := range []Status{Draft, Submitted, Approved, Scheduled, TakenDown, Killed, Spiked} {
		stories[string(st)] = &Story{Status: st}
	}
	orig, _ := sending(t)
	waiting, _ := composed(t, Audience{All: true}, house)
	for name, s := range stories {
		if _, err := ComposeAlert(Alert{Title: "x", Audience: Audience{All: true}}, ed, s, house, now); KindOf(err) != Conflict {
			t.Errorf("compose for a story that is %s: %v, want a conflict", name, err)
		}
		if _, err := orig.Correct(Alert{Title: "x"}, ed, s, now); KindOf(err) != Conflict {
			t.Errorf("correct for a story that is %s: %v, want a conflict", name, err)
		}
		if err := waiting.Approve(ed2, s, house, now); KindOf(err) != Conflict {
			t.Errorf("approve for a story that is %s: %v, want a conflict", name, err)
		}
	}
	if _, err := orig.Withdraw(Alert{ID: "w"}, ed, now); err != nil {
		t.Errorf("withdraw must not need the story: %v", err)
	}
}

func TestWhatIsComposedIsChecked(t *testing.T) {
	all := Audience{All: true}
	tests := []struct {
		name  string
		a     Alert
		field string
	}{
		{"no title", Alert{Title: " ", Audience: all}, "title"},
		{"long title", Alert{Title: strings.Repeat("ه", MaxAlertTitle+1), Audience: all}, "title"},
		{"two lines of title", Alert{Title: "a\nb", Audience: all}, "title"},
		{"control characters", Alert{Title: "a\x00b", Audience: all}, "title"},
		{"long body", Alert{Title: "x", Body: strings.Repeat("y", MaxAlertBody+1), Audience: all}, "body"},
		{"nobody", Alert{Title: "x"}, "audience"},
		{"everybody and some", Alert{Title: "x", Audience: Audience{All: true, Topics: []string{"roads"}}}, "audience"},
		{"no such topic", Alert{Title: "x", Audience: Audience{Topics: []string{"!!"}}}, "audience"},
		{"importance", Alert{Title: "x", Audience: all, Importance: "huge"}, "importance"},
		{"urgency", Alert{Title: "x", Audience: all, Urgency: "now"}, "urgency"},
		{"short ttl", Alert{Title: "x", Audience: all, TTL: time.Second}, "ttl"},
		{"endless pace", Alert{Title: "x", Audience: all, Pace: 3 * time.Hour}, "pace"},
		{"past", Alert{Title: "x", Audience: all, SendAt: now.Add(-time.Second)}, "send_at"},
	}
	for _, tt := range tests {
		_, err := ComposeAlert(tt.a, ed, shown(t), house, now)
		if KindOf(err) != Invalid || !strings.Contains(err.Error(), tt.field+": ") {
			t.Errorf("%s: %v, want a fault of %s", tt.name, err, tt.field)
		}
	}
	a, err := ComposeAlert(Alert{ID: NewID[AlertID](), Title: "  «Bridge»  closed ", Audience: all}, ed, shown(t), house, now)
	if err != nil {
		t.Fatal(err)
	}
	if a.Title != "  «Bridge»  closed " {
		t.Errorf("title %q: want it as given", a.Title)
	}
	if a.Importance != Breaking || a.Urgency != "high" || a.TTL != BreakingTTL || a.Dir() != "rtl" || len(a.Tag()) != 32 {
		t.Errorf("an alert to all: %s, %s, %v, %s, tag %q", a.Importance, a.Urgency, a.TTL, a.Dir(), a.Tag())
	}
}

// A story that names no language is in the site's, and so are its alerts and their
// corrections: in Arabic they run from the right.
func TestAlertInTheLanguageOfTheSite(t *testing.T) {
	s := shown(t)
	s.Live.Content.Language = ""
	h := house
	h.Language = "ar"
	a, err := ComposeAlert(Alert{ID: "a", Title: "Bridge closed", Audience: Audience{Followers: true}}, ed, s, h, now)
	if err != nil || a.Language != "ar" || a.Dir() != "rtl" {
		t.Fatalf("composed in %q, %s, %v", a.Language, a.Dir(), err)
	}
	a.Advance(s, h, now.Add(h.Countdown))
	a.Begin(now.Add(h.Countdown))
	if c, err := a.Correct(Alert{ID: "c", Title: "Correction"}, ed, s, now); err != nil || c.Language != "ar" {
		t.Errorf("corrected in %q, %v", c.Language, err)
	}
}

func TestWhoLetsAnAlertGo(t *testing.T) {
	all, some := Audience{All: true}, Audience{Topics: []string{"roads"}}
	later := now.Add(4 * time.Minute)
	approve := func(who Actor) func(*Alert, *Story) error {
		return func(a *Alert, s *Story) error { return a.Approve(who, s, house, now) }
	}
	alone := func(who Actor, signedIn, at time.Time) func(*Alert, *Story) error {
		return func(a *Alert, s *Story) error { return a.SendAlone(who, signedIn, s, house, at) }
	}
	tests := []struct {
		name    string
		to      Audience
		editors int
		do      func(*Alert, *Story) error
		kind    Kind
		state   AlertState
	}{
		{"to topics nobody is asked", some, 5, nil, 0, AlertCounting},
		{"a lone editor asks nobody", all, 1, nil, 0, AlertCounting},
		{"two ask each other", all, 2, nil, 0, AlertAwaiting},
		{"the second says yes", all, 2, approve(ed2), 0, AlertCounting},
		{"a token is a person", all, 2, approve(robot), 0, AlertCounting},
		{"nobody is their own second", all, 2, approve(ed), Denied, AlertAwaiting},
		{"the system is nobody", all, 2, approve(System), Denied, AlertAwaiting},
		{"a reporter cannot", all, 2, approve(rep), Denied, AlertAwaiting},
		{"a moderator cannot", all, 2, approve(mod), Denied, AlertAwaiting},
		{"yes to what waits for none", some, 2, approve(ed2), Conflict, AlertCounting},
		{"alone too soon", all, 2, alone(ed, now, now.Add(time.Minute)), Conflict, AlertAwaiting},
		{"alone at an old sign-in", all, 2, alone(ed, now.Add(-time.Hour), later), Denied, AlertAwaiting},
		{"alone by a token", all, 2, alone(robot, time.Time{}, later), Denied, AlertAwaiting},
		{"alone at last", all, 2, alone(ed, later, later), 0, AlertCounting},
	}
	for _, tt := range tests {
		h := house
		h.Editors = tt.editors
		a, s := composed(t, tt.to, h)
		var err error
		if tt.do != nil {
			err = tt.do(a, s)
		}
		if KindOf(err) != tt.kind || a.State != tt.state {
			t.Errorf("%s: %v, %s; want %s", tt.name, err, a.State, tt.state)
		}
	}
	for _, who := range []Actor{rep, mod} {
		if _, err := ComposeAlert(Alert{Title: "x", Audience: all}, who, shown(t), house, now); KindOf(err) != Denied {
			t.Errorf("a %s composed an alert: %v", who.Role, err)
		}
	}
}

// Commands are one person, too, whoever typed them.
func TestACommandIsNotItsOwnSecond(t *testing.T) {
	s := shown(t)
	a, err := ComposeAlert(Alert{Title: "x", Audience: Audience{All: true}}, Command("ann"), s, house, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Approve(Command("bob"), s, house, now); KindOf(err) != Denied {
		t.Errorf("a command approved a command's alert: %v", err)
	}
	if err := a.Approve(ed, s, house, now); err != nil {
		t.Errorf("an editor approves a command's alert: %v", err)
	}
}

func TestNothingLeavesBeforeTheCountdownEnds(t *testing.T) {
	tests := []struct {
		countdown time.Duration
		sendAt    time.Duration // after now
		want      []string      // second: state
	}{
		{10 * time.Second, 0, []string{"0 counting", "9 counting", "10 queued"}},
		{0, 0, []string{"0 queued"}},
		{-time.Second, 0, []string{"0 queued"}},
		{time.Hour, 0, []string{"0 counting", "29 counting", "30 queued"}},
		{10 * time.Second, 100 * time.Second, []string{"0 scheduled", "89 scheduled", "90 counting", "99 counting", "100 queued"}},
		{10 * time.Second, time.Second, []string{"0 counting", "9 counting", "10 queued"}},
	}
	for _, tt := range tests {
		h := house
		h.Countdown = tt.countdown
		in := Alert{Title: "x", Audience: Audience{Followers: true}}
		if tt.sendAt > 0 {
			in.SendAt = now.Add(tt.sendAt)
		}
		s := shown(t)
		a, err := ComposeAlert(in, ed, s, h, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range tt.want {
			var sec int
			var state AlertState
			fmt.Sscanf(w, "%d %s", &sec, &state)
			if due := a.Due(h); sec > 0 && a.State != state && due.After(now.Add(time.Duration(sec)*time.Second)) {
				t.Errorf("countdown %v, planned %v: due at %v, after second %d", tt.countdown, tt.sendAt, due, sec)
			}
			a.Advance(s, h, now.Add(time.Duration(sec)*time.Second))
			if a.State != state {
				t.Errorf("countdown %v, planned %v: at %d s %s, want %s", tt.countdown, tt.sendAt, sec, a.State, state)
			}
			if state := a.State; a.Begin(now) != (state == AlertQueued) {
				t.Errorf("countdown %v: messages may leave while %s", tt.countdown, state)
			}
		}
	}
}

func TestAKilledStoryStopsItsCountdown(t *testing.T) {
	a, s := composed(t, Audience{Followers: true}, house)
	if _, err := s.Kill(ed, "", now); err != nil {
		t.Fatal(err)
	}
	if !a.Advance(s, house, now.Add(time.Minute)) || a.State != AlertStopped || a.Reason == "" || a.Begin(now) {
		t.Errorf("after the kill: %s, %q", a.State, a.Reason)
	}
}

// Whoever sees the mistake ends it: in every state, at once, without a second person.
func TestStopCorrectWithdrawNeverWait(t *testing.T) {
	ends := map[string]func(t *testing.T) (*Alert, *Story){
		"awaiting": func(t *testing.T) (*Alert, *Story) { return composed(t, Audience{All: true}, house) },
		"counting": func(t *testing.T) (*Alert, *Story) { return composed(t, Audience{Followers: true}, house) },
		"sending":  sending,
		"sent": func(t *testing.T) (*Alert, *Story) {
			a, s := sending(t)
			a.Finish(Tally{Audience: 1, Accepted: 1}, now)
			return a, s
		},
	}
	for name, make := range ends {
		for _, who := range []Actor{ed, ed2, robot} {
			a, _ := make(t)
			err := a.Stop(who, now)
			if name == "sent" {
				if KindOf(err) != Conflict || a.State != AlertSent {
					t.Errorf("stop what is sent: %v, %s", err, a.State)
				}
			} else if err != nil || a.State != AlertStopped || a.Stop(ed2, now) != nil || a.Stopper != who {
				t.Errorf("%s, stopped by %s: %v, %s by %s", name, who.Name, err, a.State, a.Stopper.Name)
			}
			out := name == "sending" || name == "sent"
			a, s := make(t)
			a.Audience = Audience{All: true}
			c, err := a.Correct(Alert{ID: "c", Title: "Correction"}, who, s, now)
			if !out {
				if KindOf(err) != Conflict {
					t.Errorf("correct what nobody has (%s): %v", name, err)
				}
			} else if err != nil || c.State != AlertQueued || c.Tag() != a.Tag() || c.Original != a.ID || !a.State.Over() {
				t.Errorf("%s, corrected: %v, %+v", name, err, c)
			}
			a, _ = make(t)
			w, err := a.Withdraw(Alert{ID: "w"}, who, now)
			switch {
			case err != nil || !a.State.Over():
				t.Errorf("%s, withdrawn: %v, %s", name, err, a.State)
			case out != (w != nil):
				t.Errorf("%s, withdrawn: the withdrawal is %+v", name, w)
			case out && (w.State != AlertQueued || w.Title != "سُحب هذا التنبيه" || w.Dir() != "rtl" || w.Address != AlertsAddress):
				t.Errorf("%s, withdrawn: %+v", name, w)
			}
		}
		a, s := make(t)
		if KindOf(a.Stop(rep, now)) != Denied {
			t.Errorf("a reporter stopped an alert that is %s", name)
		}
		if _, err := a.Correct(Alert{Title: "x"}, rep, s, now); KindOf(err) != Denied {
			t.Errorf("a reporter corrected an alert that is %s: %v", name, err)
		}
	}
}

// A correction of a correction still goes to those who accepted the first.
func TestAChainKeepsItsOriginal(t *testing.T) {
	a, s := sending(t)
	c, err := a.Correct(Alert{ID: "c", Title: "Correction"}, ed, s, now)
	if err != nil {
		t.Fatal(err)
	}
	c.Begin(now)
	d, err := c.Correct(Alert{ID: "d", Title: "Second correction"}, ed2, s, now)
	if err != nil || d.Replaces != "c" || d.Original != a.ID || d.Tag() != a.Tag() || c.State != AlertStopped {
		t.Errorf("the second correction: %v, %+v; the first is %s", err, d, c.State)
	}
	d.Begin(now)
	d.Finish(Tally{}, now)
	w, err := d.Withdraw(Alert{ID: "w"}, ed, now)
	if err != nil || w.Original != a.ID {
		t.Errorf("withdrawn: %v, %+v", err, w)
	}
	w.Begin(now)
	if _, err := w.Correct(Alert{Title: "x"}, ed, s, now); err != nil && KindOf(err) != Conflict {
		t.Errorf("correct a withdrawal on its way: %v", err)
	}
}

func TestAStoppedAlertStaysStopped(t *testing.T) {
	a, s := sending(t)
	a.Stop(ed, now)
	a.Finish(Tally{Audience: 3, Accepted: 2, Waiting: 1}, now)
	if a.State != AlertStopped || a.Tally.Accepted != 2 || a.Begin(now) || a.Advance(s, house, now.Add(time.Hour)) {
		t.Errorf("after its end: %+v", a)
	}
}

// A month after its end nobody knows any more who got an alert.
func TestAnOldAlertCannotBeCorrected(t *testing.T) {
	a, s := sending(t)
	a.Finish(Tally{Audience: 1, Accepted: 1}, now)
	for _, after := range []time.Duration{RecipientsKept, RecipientsKept + time.Second} {
		at, want := now.Add(after), Kind(0)
		if after > RecipientsKept {
			want = Conflict
		}
		b := *a
		if _, err := b.Correct(Alert{ID: "c", Title: "Correction"}, ed, s, at); KindOf(err) != want {
			t.Errorf("corrected %v later: %v", after, err)
		}
		if _, err := b.Withdraw(Alert{ID: "w"}, ed, at); KindOf(err) != want {
			t.Errorf("withdrawn %v later: %v", after, err)
		}
	}
}
