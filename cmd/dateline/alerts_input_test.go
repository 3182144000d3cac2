package main_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/pushservice"
)

// The same alert posted again, or six times at once, with one key is one alert.
func TestTheSameAlertAgain(t *testing.T) {
	w := newPushWorld(t, pushservice.Options{Subscriptions: 90, Check: 1})
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database, w.flags()...)
		w.subscribe(s, 0, 90, nil)
		st := bridge(s)
		s.reaches(toAll(st, "x"), 90)
		w.Forget()
		var ids [6]string
		post := func(i int) {
			for {
				r, err := s.try("POST", "/api/v1/alerts", toAll(st, "Bridge closed"), header("Idempotency-Key", "the-bridge"))
				if err == nil && (r.status == 409 || r.status == 503) {
					continue // the first is still at it
				}
				var a alertState
				if err != nil || r.status != 202 || json.Unmarshal(r.body, &a) != nil {
					t.Errorf("posted with a key = %d, %v\n%.300s", r.status, err, r.body)
				}
				ids[i] = a.ID
				return
			}
		}
		together(5, post)
		s.ended(ids[0], 20*time.Second)
		post(5)
		for _, id := range ids {
			if id != ids[0] {
				t.Errorf("alerts %v, want one", ids)
			}
		}
		if again, missed := w.repeated(0, 90); again != 0 || missed != 0 {
			t.Errorf("%d came again, %d not at all", again, missed)
		}
	})
}

// Nothing is sent about what readers cannot see.
func TestNoAlertAboutWhatReadersCannotSee(t *testing.T) {
	s := serve(t, "", "--alert-countdown", "0s")
	stories := map[string]story{
		"draft":      s.api("POST", "/stories", fields{"headline": "Draft", "section": "world", "body": "x"}, 201),
		"taken down": bridge(s),
		"killed":     bridge(s),
		"embargoed":  s.api("POST", "/stories", fields{"headline": "Later", "section": "world", "body": "x", "embargo_until": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}, 201),
	}
	s.api("POST", "/stories/"+stories["embargoed"].ID+"/schedule", fields{}, 200)
	s.api("POST", "/stories/"+stories["taken down"].ID+"/take-down", fields{}, 200)
	s.api("POST", "/stories/"+stories["killed"].ID+"/kill", fields{}, 200)
	for name, st := range stories {
		for _, path := range []string{"/api/v1/alerts", "/api/v1/alerts/preview"} {
			if r := s.send("POST", path, toAll(st, "Bridge closed")); r.status != 409 {
				t.Errorf("%s about a story that is %s = %d, want 409\n%s", path, name, r.status, r.body)
			}
		}
		if _, errOut, code := s.command("alert", "send", st.ID, "--title", "Bridge closed"); code != 1 || strings.Count(errOut, "\n") != 1 {
			t.Errorf("alert send about a story that is %s: exit %d, %q", name, code, errOut)
		}
	}
	if r := s.get("/api/v1/alerts"); !strings.Contains(r.text(), `"items":[]`) {
		t.Errorf("alerts were made: %s", r.body)
	}
	st := bridge(s)
	s.ended(s.alert(toAll(st, "Bridge closed")).ID, 10*time.Second)
	if r := s.send("POST", "/api/v1/alerts/preview", toAll(st, "Bridge closed")); !strings.Contains(r.text(), "within the last hour") {
		t.Errorf("the preview does not tell of the alert a moment ago: %s", r.body)
	}
}

// A story that names no language is alerted in the site's.
func TestAnAlertSpeaksTheSitesLanguage(t *testing.T) {
	w := newPushWorld(t, pushservice.Options{Subscriptions: 1, Check: 1})
	s := serve(t, "", w.flags("--language", "ar")...)
	w.subscribe(s, 0, 1, nil)
	st := s.published(fields{"headline": "الجسر مغلق", "section": "world", "body": "x", "language": ""})
	s.reaches(toAll(st, "x"), 1)
	s.ended(s.alert(fields{"story": st.ID, "title": "الجسر مغلق", "audience": "all"}).ID, 10*time.Second)
	got := w.Messages(0)
	if len(got) != 1 || !strings.Contains(got[0].Text, `"lang":"ar"`) || !strings.Contains(got[0].Text, `"dir":"rtl"`) {
		t.Errorf("what came: %+v", got)
	}
}

// No address that is not a push service's gets into the database, or a connection.
func TestAddressesInsideAreRefused(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "hostile", "generated", "ssrf")
	var hostile []string
	for _, name := range []string{"push_endpoints.txt", "urls.txt"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Skipf("the hostile addresses are not here: %v", err)
		}
		hostile = append(hostile, strings.Split(strings.TrimSpace(string(b)), "\n")...)
	}
	// What listens inside must hear nothing.
	var heard atomic.Int64
	var listening []string
	for _, address := range []string{"127.0.0.1:0", "127.0.0.1:443", "[::1]:443", "127.0.0.1:80", "[::1]:80", "127.0.0.1:22", "127.0.0.1:6379", "127.0.0.1:8443"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			continue // not ours to take
		}
		defer l.Close()
		listening = append(listening, l.Addr().String())
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				heard.Add(1)
				c.Close()
			}
		}()
	}
	t.Logf("listening on %v", listening)
	for _, l := range listening {
		hostile = append(hostile, "https://"+l+"/x", "http://"+l+"/x", "https://"+l+"/fcm.googleapis.com/x", "https://fcm.googleapis.com@"+l+"/x")
	}
	hostile = append(hostile, "https://127.0.0.1/x.google.com/", "https://fcm.googleapis.com/"+strings.Repeat("x", 20_000), "")
	s := serve(t, "", "--trusted-proxy", "127.0.0.1/32", "--alert-countdown", "0s")
	key := s.pushKey()
	sub, err := pushservice.NewIssuer("x", []string{"https://127.0.0.1"}).Subscribe(0, key)
	if err != nil {
		t.Fatal(err)
	}
	accepted := 0
	for i, endpoint := range hostile {
		from := header("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", i/200, i%200))
		r := s.send("POST", "/api/v1/push/subscriptions", fields{"endpoint": endpoint, "keys": fields{"p256dh": sub.P256dh, "auth": sub.Auth}}, anonymous, from)
		switch {
		case r.status == 201 && strings.Contains(endpoint, ".notify.windows.com/"):
			accepted++
			if r := s.send("DELETE", "/api/v1/push/subscriptions", fields{"endpoint": endpoint}, anonymous, from); r.status != 204 {
				t.Errorf("forgetting %q = %d", endpoint, r.status)
			}
		case r.status < 400 || r.status >= 500 || r.status == 429:
			t.Errorf("subscribing %.200q = %d, want 4xx\n%.200s", endpoint, r.status, r.body)
		}
		// Nor do the other doors make a connection of it.
		for _, path := range []string{"/api/v1/push/test", "/api/v1/push/lookup"} {
			if r := s.send("POST", path, fields{"endpoint": endpoint}, anonymous, from); r.status < 400 || r.status >= 500 {
				t.Errorf("%s of %.200q = %d, want 4xx\n%.200s", path, endpoint, r.status, r.body)
			}
		}
	}
	if accepted != 1 {
		t.Errorf("%d addresses of Windows' service were taken, want the one", accepted)
	}
	// Keys that are none, at an address that is one.
	for _, keys := range []fields{nil, {"p256dh": "x", "auth": "x"}, {"p256dh": "B" + strings.Repeat("A", 86), "auth": sub.Auth}, {"p256dh": sub.P256dh, "auth": sub.Auth + "AAAA"}} {
		if r := s.send("POST", "/api/v1/push/subscriptions", fields{"endpoint": "https://fcm.googleapis.com/fcm/send/x", "keys": keys}, anonymous); r.status != 422 {
			t.Errorf("with the keys %v = %d, want 422\n%s", keys, r.status, r.body)
		}
	}
	// A file is held to the same.
	lines := filepath.Join(t.TempDir(), "hostile.jsonl")
	f, err := os.Create(lines)
	if err != nil {
		t.Fatal(err)
	}
	for _, endpoint := range hostile {
		if !strings.Contains(endpoint, ".notify.windows.com/") {
			json.NewEncoder(f).Encode(fields{"endpoint": endpoint, "keys": fields{"p256dh": sub.P256dh, "auth": sub.Auth}})
		}
	}
	f.Close()
	if out := s.must("subscriptions", "import", lines); !strings.Contains(out, "0 new, 0 known already") {
		t.Errorf("the import says %q", out)
	}
	if kept := s.subscriptions(); len(kept) != 0 {
		t.Errorf("kept: %q", kept)
	}
	st := bridge(s)
	if a := s.ended(s.alert(toAll(st, "Bridge closed")).ID, 10*time.Second); a.Audience != 0 {
		t.Errorf("the alert went to %d", a.Audience)
	}
	if n := heard.Load(); n != 0 {
		t.Errorf("%d connections were made to addresses inside", n)
	}
}

// An alert that was planned leaves, however many wait for a second person since.
func TestAPlannedAlertLeavesBehindManyThatWait(t *testing.T) {
	w := newPushWorld(t, pushservice.Options{Subscriptions: 1, Check: 1})
	s := serve(t, "", w.flags()...)
	for _, who := range []string{"ada", "eda"} {
		s.must("staff", "add", who+"@example.org", "--name", who, "--role", "editor", "--url", s.origin)
	}
	w.subscribe(s, 0, 1, nil)
	st := bridge(s)
	s.reaches(toAll(st, "x"), 1)
	planned := s.alert(fields{"story": st.ID, "title": "Bridge closed", "followers": true, "send_at": time.Now().Add(3 * time.Second).UTC().Format(time.RFC3339Nano)})
	for range 101 {
		if a := s.alert(toAll(st, "Bridge closed")); a.State != "awaiting-approval" {
			t.Fatalf("an alert to everyone is %s", a.State)
		}
	}
	if a := s.ended(planned.ID, 20*time.Second); a.State != "sent" {
		t.Errorf("the planned alert ended as %+v", a)
	}
}

// Editors who correct the same alert at the same moment correct one another in turn:
// every correction takes the place of the one before, so that it stops it.
func TestCorrectionsAtTheSameMoment(t *testing.T) {
	w := newPushWorld(t, pushservice.Options{Subscriptions: 20, Check: 1})
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database, w.flags()...)
		w.subscribe(s, 0, 20, nil)
		st := bridge(s)
		s.reaches(toAll(st, "x"), 20)
		original := s.ended(s.alert(toAll(st, "Bridge closed")).ID, 20*time.Second)
		const editors = 4
		var made [editors]alertState
		together(editors, func(i int) {
			r, err := s.try("POST", "/api/v1/alerts", fields{"title": fmt.Sprintf("Bridge open %d", i), "replaces": original.ID})
			for err == nil && r.status == 409 { // it is just being begun
				r, err = s.try("POST", "/api/v1/alerts", fields{"title": fmt.Sprintf("Bridge open %d", i), "replaces": original.ID})
			}
			if err != nil || r.status != 202 || json.Unmarshal(r.body, &made[i]) != nil {
				t.Errorf("a correction = %d, %v\n%.300s", r.status, err, r.body)
			}
		})
		replaced := map[string]bool{}
		for _, a := range made {
			if replaced[a.Replaces] {
				t.Errorf("%s was replaced twice: %+v", a.Replaces, made)
			}
			replaced[a.Replaces] = true
		}
	})
}
