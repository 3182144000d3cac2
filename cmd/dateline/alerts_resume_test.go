package main_test

import (
	"testing"
	"time"

	"dateline/internal/pushservice"
	"dateline/internal/store/pgtest"
)

// mostRepeated is how many messages one death of a node may repeat: what was under way,
// or answered and not yet in the ledger.
const mostRepeated = 8192

// A crowd is a newsroom with enough subscribers that something can happen while an alert
// is on its way: each message is answered after a while.
type crowd struct {
	*pushWorld
	size int
}

func newCrowd(t *testing.T, size int, answersAfter time.Duration) *crowd {
	w := newPushWorld(t, pushservice.Options{Subscriptions: size, Check: 1000})
	w.trouble(pushservice.Trouble{Name: "takes its time", Kind: pushservice.Slow, Delay: pushservice.Duration(answersAfter)})
	return &crowd{w, size}
}

// quiet waits until no message has come for a while, and says how many subscriptions
// have one.
func (c *crowd) quiet(for_ time.Duration) int {
	c.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	last, since, end := int64(-1), time.Now(), time.Now().Add(30*time.Second)
	for time.Since(since) < for_ {
		if time.Now().After(end) {
			c.t.Fatal("messages still come")
		}
		<-tick.C
		if now := c.Stats().Messages; now != last {
			last, since = now, time.Now()
		}
	}
	return int(c.Stats().Distinct)
}

// whole fails unless the alert reached everybody, and few of them twice.
func (c *crowd) whole(a alertState, repeats int) {
	c.t.Helper()
	again, missed := c.repeated(0, c.size)
	c.t.Logf("%d of %d accepted, %d came to nobody, %d came again", a.Accepted, a.Audience, missed, again)
	if a.State != "sent" || a.Accepted != c.size || missed != 0 || again > repeats {
		c.t.Errorf("%d missed, %d repeated, want none and at most %d; it ended as %+v", missed, again, repeats, a)
	}
}

// Killed in the middle of an alert, the only node goes on with it once it is started
// again; asked to stop, it stops in good order and then repeats nothing.
func TestAnAlertGoesOnAfterARestart(t *testing.T) {
	long(t)
	t.Parallel()
	// A server that is asked to stop waits half a second for the answers to what is under
	// way; on a busy machine some do not come in that time.
	const unanswered = 1024
	engines(t, func(t *testing.T, database string) {
		c := newCrowd(t, 9000, 400*time.Millisecond)
		s := serve(t, database, c.flags()...)
		c.subscribe(s, 0, c.size, nil)
		st := bridge(s)
		for _, tt := range []struct {
			name    string
			end     func()
			repeats int
		}{
			{"killed", s.kill, mostRepeated},
			{"asked to stop", func() {
				code, took := s.stop()
				t.Logf("it ended %v after SIGTERM", took)
				if code != 0 || took > 3*time.Second {
					t.Errorf("exit %d after %v", code, took)
				}
			}, unanswered},
		} {
			s.reaches(toAll(st, "x"), c.size)
			c.Forget()
			a := s.alert(toAll(st, "Bridge closed: "+tt.name))
			s.follow(a.ID, 20*time.Second, func(a *alertState) bool { return a.Accepted > c.size/6 })
			tt.end()
			had := c.quiet(time.Second) // those under way are answered, if only to nobody
			if had >= c.size {
				t.Fatal("all was out already")
			}
			began := time.Now()
			s.start()
			if err := s.until(5*time.Second, func() bool { return int(c.Stats().Distinct) > had }); err != nil {
				t.Errorf("%s: nothing more was sent: %v", tt.name, err)
			}
			t.Logf("%s: %d were out; sending again %v after it was started", tt.name, had, time.Since(began))
			c.whole(s.ended(a.ID, time.Minute), tt.repeats)
		}
	})
}

// twoNodes are on one database, with one data folder.
func twoNodes(t *testing.T, c *crowd, first, second []string) (*server, *server) {
	t.Helper()
	database := pgtest.Database(t)
	a := serve(t, database, c.flags(first...)...)
	b := prepare(t, a.data, database, c.flags(second...)...)
	b.start()
	b.token = a.token
	return a, b
}

// What a node that died held is sent by another.
func TestAnotherNodeTakesOver(t *testing.T) {
	long(t)
	t.Parallel()
	c := newCrowd(t, 9000, 400*time.Millisecond)
	a, b := twoNodes(t, c, nil, nil)
	c.subscribe(a, 0, c.size, nil)
	st := bridge(a)
	b.reaches(toAll(st, "x"), c.size)
	a.reaches(toAll(st, "x"), c.size)
	alert := a.alert(toAll(st, "Bridge closed"))
	b.follow(alert.ID, 10*time.Second, func(a *alertState) bool { return a.Accepted > c.size/6 })
	a.kill()
	killed := time.Now()
	last, at, longest := 0, killed, time.Duration(0)
	end := b.follow(alert.ID, time.Minute, func(x *alertState) bool {
		if x.settled() > last || x.over() {
			longest = max(longest, time.Since(at))
			last, at = x.settled(), time.Now()
		}
		return x.over()
	})
	t.Logf("over %v after the kill; the longest time without progress was %v", time.Since(killed), longest)
	if longest > 15*time.Second {
		t.Errorf("what the dead node held waited %v", longest)
	}
	c.whole(end, mostRepeated)
}

// The node that is asked to stop is not the one that sends: it says how many went out
// all the same, within a second or so, and nothing leaves afterwards. Who got it, and
// nobody else, then gets the correction, and the withdrawal.
func TestStopCorrectWithdrawAtAnotherNode(t *testing.T) {
	long(t)
	t.Parallel()
	c := newCrowd(t, 9000, 400*time.Millisecond)
	a, _ := twoNodes(t, c, []string{"--run", "web"}, []string{"--run", "worker"})
	c.trouble(pushservice.Trouble{Name: "gone", Kind: pushservice.Status, Status: 410, Share: 0.01})
	c.subscribe(a, 0, c.size, nil)
	st := bridge(a)
	a.reaches(toAll(st, "x"), c.size)
	alert := a.alert(toAll(st, "Bridge closed"))
	a.follow(alert.ID, 20*time.Second, func(a *alertState) bool { return a.Accepted > c.size/6 })
	began := time.Now()
	stopped := a.alertAnswer(a.send("POST", "/api/v1/alerts/"+alert.ID+"/stop", nil), 200)
	took := time.Since(began)
	had := c.quiet(1500 * time.Millisecond)
	after := a.follow(alert.ID, 10*time.Second, func(a *alertState) bool { return !a.Open })
	t.Logf("stopped within %v: %d went out, it said; %d had it in the end, %d says the record", took, stopped.Accepted, had, after.Accepted)
	if took > 1500*time.Millisecond || stopped.State != "stopped" {
		t.Errorf("the stop took %v, and the alert is %s", took, stopped.State)
	}
	// On a busy machine the other node's last word takes more than the second that the
	// editor waits; then the answer says so, and counts what is certain.
	if stopped.Accepted > after.Accepted || !stopped.Open && stopped.Accepted != after.Accepted || had < after.Accepted || had > after.Accepted+mostRepeated || after.Accepted >= c.size-200 {
		t.Errorf("it said that %d went out, the record says %d, and %d have it", stopped.Accepted, after.Accepted, had)
	}
	if had != after.Accepted {
		t.Errorf("%d have it, %d are in the record", had, after.Accepted)
	}
	original := c.ReceivedAll()
	reached := func(what string, next alertState) {
		t.Helper()
		next = a.ended(next.ID, time.Minute)
		if next.State != "sent" || next.Audience != after.Accepted || next.Accepted != after.Accepted {
			t.Errorf("the %s ended as %+v, want %d accepted", what, next, after.Accepted)
		}
		wrong := 0
		for n, times := range c.ReceivedAll() {
			if times != original[n] {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("%d got the alert and not the %s, or the other way round", wrong, what)
		}
	}
	c.Forget()
	correction := a.alert(fields{"title": "Bridge open again", "body": "Both lanes.", "replaces": alert.ID})
	if correction.Kind != "correction" {
		t.Errorf("the correction is %+v", correction)
	}
	reached("correction", correction)
	c.Forget()
	withdrawal := a.alertAnswer(a.send("POST", "/api/v1/alerts/"+alert.ID+"/withdraw", nil), 200)
	if withdrawal.Kind != "withdrawal" {
		t.Errorf("the withdrawal is %+v", withdrawal)
	}
	reached("withdrawal", withdrawal)
}

// A correction while the alert is on its way stops it, waits for what is under way, and
// then reaches exactly those who have the alert, so that nobody is left with the mistake
// and nobody hears of it who had not.
func TestACorrectionWhileItIsSent(t *testing.T) {
	long(t)
	t.Parallel()
	c := newCrowd(t, 6000, 400*time.Millisecond)
	s := serve(t, "", c.flags()...)
	c.subscribe(s, 0, c.size, nil)
	st := bridge(s)
	s.reaches(toAll(st, "x"), c.size)
	first := s.alert(toAll(st, "Bridge closed"))
	s.follow(first.ID, 20*time.Second, func(a *alertState) bool { return a.Accepted > c.size/6 })
	next := s.ended(s.alert(fields{"title": "Bridge open", "replaces": first.ID}).ID, time.Minute)
	first = s.alertNow(first.ID)
	t.Logf("%d had it when it was corrected", first.Accepted)
	if first.State != "stopped" || first.Accepted >= c.size || next.State != "sent" || next.Accepted != first.Accepted {
		t.Errorf("the alert is %+v, its correction %+v", first, next)
	}
	have := 0
	for n, times := range c.ReceivedAll() {
		if times == 1 || times > 2 {
			t.Fatalf("subscription %d got %d messages, want the alert and its correction or neither", n, times)
		}
		if times > 0 {
			have++
		}
	}
	if have != first.Accepted {
		t.Errorf("%d have both, the record says %d", have, first.Accepted)
	}
}

// In its countdown an alert can be stopped, and stops by itself when its story is
// killed: nothing leaves then.
func TestNothingLeavesWhatIsStoppedInItsCountdown(t *testing.T) {
	c := newCrowd(t, 300, time.Millisecond)
	s := serve(t, "", append(c.flags(), "--alert-countdown", "1500ms")...)
	c.subscribe(s, 0, c.size, nil)
	stays, goes := bridge(s), bridge(s)
	s.reaches(toAll(stays, "x"), c.size)
	one := s.alert(toAll(stays, "Bridge closed"))
	if one.State != "counting" {
		t.Errorf("it is %s", one.State)
	}
	if got := s.alertAnswer(s.send("POST", "/api/v1/alerts/"+one.ID+"/stop", nil), 200); got.State != "stopped" || got.Accepted != 0 {
		t.Errorf("stopped: %+v", got)
	}
	two := s.alert(toAll(goes, "Bridge closed"))
	s.api("POST", "/stories/"+goes.ID+"/kill", fields{}, 200)
	two = s.ended(two.ID, 10*time.Second)
	if two.State != "stopped" || two.Accepted != 0 || two.Reason == "" {
		t.Errorf("its story was killed: %+v", two)
	}
	if n := c.Stats().Messages; n != 0 {
		t.Errorf("%d messages left", n)
	}
	// A third one, that nothing stops, leaves; and with it none of the others.
	three := s.ended(s.alert(toAll(stays, "Bridge open again")).ID, 20*time.Second)
	if n := int(c.Stats().Messages); three.Accepted != c.size || n != c.size {
		t.Errorf("%d messages left, of an alert that ended as %+v", n, three)
	}
	if again, missed := c.repeated(0, c.size); again != 0 || missed != 0 {
		t.Errorf("%d missed, %d repeated", missed, again)
	}
}
