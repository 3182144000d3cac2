package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/pushservice"
)

const sec = pushservice.Duration(time.Second)

func number(n uint32) *uint32 { return &n }

// A fault is one way in which the first of an alert's three push services misbehaves
// (all three, if it says so), and what becomes of those at it.
type fault struct {
	name     string
	troubles []pushservice.Trouble
	all      bool // three services
	gone     float64
	failed   float64 // shares of those at the sick service
	told     string  // what the operator hears; empty if nothing
	repeats  bool    // the sender cannot know what was taken
}

// faults are in the order in which they take their time: the sender waits 30 s for an
// answer, and as long before it tries again who does not accept its signature.
var faults = []fault{
	{name: "none"},
	{name: "401 to everyone, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 401, For: 3 * sec}}, told: "does not accept our signature"},
	{name: "403 to everyone, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 403, For: 3 * sec}}, told: "does not accept our signature"},
	{name: "no answer, for 2 s", troubles: []pushservice.Trouble{{Kind: pushservice.Hang, For: 2 * sec}}},
	{name: "no answer to a twentieth, once, although taken", troubles: []pushservice.Trouble{{Kind: pushservice.Hang, Share: 0.05, Once: true, Taken: true}}, repeats: true},
	{name: "no handshake, for 2 s", troubles: []pushservice.Trouble{{Kind: pushservice.Deaf, For: 2 * sec}}},
	{name: "no service is there, for 6 s", troubles: []pushservice.Trouble{{Kind: pushservice.Outage, For: 6 * sec}}, all: true},
	{name: "one service is not there, for 6 s", troubles: []pushservice.Trouble{{Kind: pushservice.Outage, For: 6 * sec}}},
	{name: "a certificate that is over, for 4 s", troubles: []pushservice.Trouble{{Kind: pushservice.Certificate, Certificate: "expired", For: 4 * sec}}},
	{name: "a certificate for another name, for 4 s", troubles: []pushservice.Trouble{{Kind: pushservice.Certificate, Certificate: "name", For: 4 * sec}}},
	{name: "a certificate of nobody's, for 4 s", troubles: []pushservice.Trouble{{Kind: pushservice.Certificate, Certificate: "unknown", For: 4 * sec}}},
	{name: "429 with Retry-After in seconds, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 429, RetryAfter: 2 * sec, For: 3 * sec}}},
	{name: "429 with Retry-After as a date, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 429, RetryAfter: 2 * sec, RetryDate: true, For: 3 * sec}}},
	{name: "503 with Retry-After, for 2 s", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 503, RetryAfter: sec, For: 2 * sec}}},
	{name: "429 to one browser in fifty, once", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 429, RetryAfter: sec, Share: 0.02, Once: true}}},
	{name: "no more than 200 a second", troubles: []pushservice.Trouble{{Kind: pushservice.Rate, PerSecond: 200, RetryAfter: sec}}},
	{name: "410 to a third", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 410, Share: 0.33}}, gone: 0.33},
	{name: "404 to a tenth", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 404, Share: 0.1}}, gone: 0.1},
	{name: "500 for 4 s", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 500, For: 4 * sec}}},
	{name: "502 to a fifth, once, although taken", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 502, Share: 0.2, Once: true, Taken: true}}, repeats: true},
	{name: "400 to a quarter", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 400, Share: 0.25}}, failed: -1, told: "refuses more than a fifth"},
	{name: "400 to a tenth", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 400, Share: 0.1}}, failed: 0.1},
	{name: "301 to a tenth", troubles: []pushservice.Trouble{{Kind: pushservice.Status, Status: 301, Share: 0.1}}, failed: 0.1},
	{name: "RST_STREAM, not processed, to a fifth, once", troubles: []pushservice.Trouble{{Kind: pushservice.Reset, Code: 7, Share: 0.2, Once: true}}},
	{name: "RST_STREAM for an inner error, to a fifth, once", troubles: []pushservice.Trouble{{Kind: pushservice.Reset, Code: 2, Share: 0.2, Once: true}}},
	{name: "TCP reset at every 50th message, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.Cut, Requests: 50, For: 3 * sec}}, repeats: true},
	{name: "TCP end at every 50th message, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.Close, Requests: 50, For: 3 * sec}}, repeats: true},
	{name: "garbage at every 50th message, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.Garbage, Requests: 50, For: 3 * sec}}, repeats: true},
	{name: "GOAWAY after every 50th message", troubles: []pushservice.Trouble{{Kind: pushservice.GoAway, Requests: 50, Taken: true}}},
	{name: "GOAWAY with an error at every 50th message, for 3 s", troubles: []pushservice.Trouble{{Kind: pushservice.GoAway, Requests: 50, Code: 2, For: 3 * sec}}},
	{name: "SETTINGS: two streams at once, while it is sent to", troubles: []pushservice.Trouble{{Kind: pushservice.Settings, Streams: number(2), After: sec / 20}, {Kind: pushservice.Slow, Delay: sec / 10}}},
	{name: "SETTINGS: windows of 100 bytes, while it is sent to", troubles: []pushservice.Trouble{{Kind: pushservice.Settings, Window: number(100), After: sec / 20}, {Kind: pushservice.Slow, Delay: sec / 10}}},
	{name: "SETTINGS: no header table, while it is sent to", troubles: []pushservice.Trouble{{Kind: pushservice.Settings, Table: number(0), After: sec / 20}, {Kind: pushservice.Slow, Delay: sec / 10}}},
	{name: "reads 200 kB a second", troubles: []pushservice.Trouble{{Kind: pushservice.Drip, PerSecond: 200_000}}},
	{name: "answers after 400 ms", troubles: []pushservice.Trouble{{Kind: pushservice.Slow, Delay: 400 * sec / 1000}}},
	{name: "a flood of PINGs, and answers in pieces", troubles: []pushservice.Trouble{{Kind: pushservice.Flood, Size: 5, Share: 0.2}, {Kind: pushservice.Parts}}},
	{name: "HTTP/1.1 alone", troubles: []pushservice.Trouble{{Kind: pushservice.HTTP1}}},
}

// TestEveryFault sends an alert into each of them. An alert has three services of its
// own, of which the first is sick; the next one begins once the others have taken all
// of theirs, so that a fault that takes its time holds up no other one here either.
func TestEveryFault(t *testing.T) {
	long(t)
	t.Parallel()
	const each = 600 // subscriptions at one service: more than the first 500 answers
	origins := 3 * len(faults)
	w := newPushWorld(t, pushservice.Options{Origins: origins, Subscriptions: origins * each})
	s := serve(t, "", w.flags()...)
	stories := make([]story, len(faults))
	for i := range faults {
		stories[i] = s.published(fields{"headline": fmt.Sprintf("Fault %d", i), "section": "world", "body": "x", "topics": []string{topicOf(i)}})
	}
	w.subscribe(s, 0, origins*each, func(n int) fields {
		return fields{"topics": []string{topicOf(n % origins / 3)}, "only_chosen": true}
	})
	alerts := make([]alertState, len(faults))
	began, healthy := make([]time.Time, len(faults)), make([]time.Duration, len(faults))
	words := func(i int) fields {
		return fields{"story": stories[i].ID, "title": fmt.Sprintf("Fault %d", i), "topics": []string{topicOf(i)}}
	}
	s.reaches(words(len(faults)-1), 3*each)
	// look asks how those that were begun stand, and says how many are not over.
	took, looked := make([]time.Duration, len(faults)), time.Time{}
	look := func() (left int) {
		if time.Since(looked) < 200*time.Millisecond {
			return 1
		}
		for i := range faults {
			if alerts[i].ID == "" || took[i] > 0 {
				continue
			}
			alerts[i] = s.alertNow(alerts[i].ID)
			if alerts[i].sumsUp(t); alerts[i].over() {
				took[i] = time.Since(began[i])
			} else {
				left++
			}
		}
		looked = time.Now()
		return left
	}
	for i := range faults {
		f := &faults[i]
		for j, trouble := range f.troubles {
			trouble.Name = fmt.Sprintf("%d-%d", i, j)
			trouble.Origins = []int{3 * i}
			if f.all {
				trouble.Origins = []int{3 * i, 3*i + 1, 3*i + 2}
			}
			w.trouble(trouble)
		}
		began[i] = time.Now()
		alerts[i] = s.alert(words(i))
		if f.all {
			continue
		}
		s.follow(alerts[i].ID, 20*time.Second, func(a *alertState) bool {
			look()
			return a.at(w.Origins()[3*i+1]).Accepted == each && a.at(w.Origins()[3*i+2]).Accepted == each
		})
		healthy[i] = time.Since(began[i])
	}
	for left := len(faults); left > 0; {
		time.Sleep(20 * time.Millisecond) // between two looks at all of them
		if left = look(); left > 0 && time.Since(began[len(faults)-1]) > 90*time.Second {
			t.Fatalf("%d alerts are not over: %+v", left, alerts)
		}
	}
	heard := s.operatorHeard()
	stats := w.Stats()
	gone := 0
	for i, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			a, sick := alerts[i], alerts[i].at(w.Origins()[3*i])
			var distinct, repeats, violations, messages int64
			for o := 3 * i; o < 3*i+3; o++ {
				distinct += stats.Origins[o].Distinct
				repeats += stats.Origins[o].Repeats
				violations += stats.Origins[o].Violations + stats.Origins[o].Refused
			}
			messages = stats.Origins[3*i].Messages
			gone += a.Gone
			told := ""
			for _, h := range heard {
				if strings.Contains(h, w.Origins()[3*i]) || f.all && strings.Contains(h, w.Origins()[3*i+1]) {
					told = h
				}
			}
			t.Logf("healthy services %v, over after %v; at the sick one %d accepted, %d gone, %d failed, %d messages, %d repeats; told: %q",
				healthy[i].Round(10*time.Millisecond), took[i].Round(100*time.Millisecond), sick.Accepted, sick.Gone, sick.Failed, messages, repeats, told)
			if a.State != "sent" || a.Audience != 3*each || a.settled() != a.Audience || a.Retrying != 0 {
				t.Errorf("the alert ended as %+v", a)
			}
			if int(distinct) != a.Accepted {
				t.Errorf("%d were accepted, the services have the alert for %d subscriptions", a.Accepted, distinct)
			}
			if !f.repeats && repeats > 0 {
				t.Errorf("%d came twice", repeats)
			}
			if violations > 0 {
				t.Errorf("%d breaches of HTTP/2 and wrong messages: %+v", violations, stats.Origins[3*i])
			}
			near := func(what string, got int, share float64) {
				if share >= 0 && (float64(got) < share*each*0.7 || float64(got) > share*each*1.3) {
					t.Errorf("%d of %d %s, want about %.0f", got, each, what, share*each)
				}
			}
			near("gone", sick.Gone, f.gone)
			near("failed", sick.Failed, f.failed)
			if (told != "") != (f.told != "") || !strings.Contains(told, f.told) {
				t.Errorf("the operator heard %q, want %q", told, f.told)
			}
			if !f.all && healthy[i] > 8*time.Second {
				t.Errorf("the healthy services took %v", healthy[i])
			}
		})
	}
	// Nobody was removed but who was said to be gone.
	if kept := len(s.subscriptions()); kept != origins*each-gone {
		t.Errorf("%d subscriptions are left of %d, of which %d were said to be gone", kept, origins*each, gone)
	}
}

// A service whose name does not resolve any more holds up nobody and loses nobody: what
// was meant for it waits, and is still there when the alert is stopped.
func TestNoNameService(t *testing.T) {
	const each = 40
	w := newPushWorld(t, pushservice.Options{Subscriptions: each})
	s := serve(t, "", w.flags("--push-hosts", "push.invalid")...)
	w.subscribe(s, 0, each, nil)
	key := s.pushKey()
	lines := ""
	for n := range each {
		sub, err := pushservice.NewIssuer("elsewhere", []string{"https://eu.push.invalid"}).Subscribe(n, key)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(sub)
		if err != nil {
			t.Fatal(err)
		}
		lines += string(b) + "\n"
	}
	file := filepath.Join(t.TempDir(), "lines")
	if err := os.WriteFile(file, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	s.must("subscriptions", "import", file, "--key", key, "--push-hosts", "push.invalid")
	st := bridge(s)
	s.reaches(toAll(st, "x"), 2*each)
	a := s.alert(toAll(st, "Bridge closed"))
	a = s.follow(a.ID, 20*time.Second, func(a *alertState) bool { return a.Accepted == each && a.Retrying > 0 })
	if gone := a.at("https://eu.push.invalid"); gone.Gone+gone.Failed+gone.Accepted > 0 || gone.Audience != each {
		t.Errorf("at the service that has no name: %+v", gone)
	}
	stopped := s.alertAnswer(s.send("POST", "/api/v1/alerts/"+a.ID+"/stop", nil), 200)
	if stopped.State != "stopped" || stopped.Accepted != each || len(s.subscriptions()) != 2*each {
		t.Errorf("stopped, it is %+v; %d subscriptions are left of %d", stopped, len(s.subscriptions()), 2*each)
	}
}

func topicOf(i int) string { return fmt.Sprintf("fault-%d", i) }
