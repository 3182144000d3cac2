package main_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/pushservice"
)

// A pushWorld is push services that misbehave on command, and browsers at them.
type pushWorld struct {
	*pushservice.Service
	t  testing.TB
	ca string // file
}

func newPushWorld(t testing.TB, o pushservice.Options) *pushWorld {
	t.Helper()
	if o.Check == 0 {
		o.Check = 100
	}
	svc, err := pushservice.Serve(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { svc.Close() })
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, []byte(svc.Info().CA), 0o600); err != nil {
		t.Fatal(err)
	}
	return &pushWorld{svc, t, ca}
}

// allow lets the services through.
func (w *pushWorld) allow() []string {
	return []string{"--push-allow", strings.Join(w.Addresses(), ",")}
}

// flags are for serve: alerts go to these services, at once unless more says otherwise.
func (w *pushWorld) flags(more ...string) []string {
	return append(append(w.allow(), "--push-ca", w.ca, "--alert-drill", "0s", "--alert-countdown", "0s"), more...)
}

func (w *pushWorld) trouble(t pushservice.Trouble) {
	w.t.Helper()
	if err := w.Trouble(t); err != nil {
		w.t.Fatal(err)
	}
}

// pushKey is the key that browsers subscribe with.
func (s *server) pushKey() string {
	s.t.Helper()
	var k struct {
		PublicKey string `json:"public_key"`
	}
	r := s.send("GET", "/api/v1/push/key", nil, anonymous)
	if err := json.Unmarshal(r.body, &k); err != nil || r.status != 200 {
		s.t.Fatalf("GET push/key = %d, %v", r.status, err)
	}
	return k.PublicKey
}

// subscribe brings in subscriptions from first up to end, with what choose says of
// each, and waits until the server knows them.
func (w *pushWorld) subscribe(s *server, first, end int, choose func(n int) fields) {
	w.t.Helper()
	key := s.pushKey()
	all, err := w.Issuer().All(w.t.Context(), first, end, key)
	if err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(w.t.TempDir(), "subscriptions.jsonl")
	f, err := os.Create(path)
	if err != nil {
		w.t.Fatal(err)
	}
	b := bufio.NewWriter(f)
	enc := json.NewEncoder(b)
	for n, sub := range all {
		line := fields{}
		if choose != nil {
			line = choose(n)
		}
		line["endpoint"], line["keys"] = sub.Endpoint, fields{"p256dh": sub.P256dh, "auth": sub.Auth}
		if err := enc.Encode(line); err != nil {
			w.t.Fatal(err)
		}
	}
	if err := b.Flush(); err != nil {
		w.t.Fatal(err)
	}
	f.Close()
	s.must(append([]string{"subscriptions", "import", path, "--key", key}, w.allow()...)...)
}

// reaches waits until an alert would reach so many.
func (s *server) reaches(alert fields, want int) {
	s.t.Helper()
	got := -1
	if err := s.until(30*time.Second, func() bool {
		r := s.send("POST", "/api/v1/alerts/preview", alert)
		var p struct{ Audience int }
		if r.status != 200 || json.Unmarshal(r.body, &p) != nil {
			s.t.Fatalf("preview = %d\n%s", r.status, r.body)
		}
		got = p.Audience
		return got == want
	}); err != nil {
		s.t.Fatalf("an alert would reach %d, want %d: %v", got, want, err)
	}
}

// An alertState is what the API says of an alert.
type alertState struct {
	ID, State, Kind, Title    string
	Audience, Accepted, Gone  int
	Failed, Retrying, Waiting int
	Open                      bool
	Leaves                    time.Time      `json:"leaves_at"`
	Services                  []serviceState `json:"by_service"`
	ETA                       *float64       `json:"eta_seconds"`
	PerSecond                 float64        `json:"per_second"`
	Reason                    string
	Replaces                  string
}

type serviceState struct {
	Service                   string
	State, Why                string
	Audience, Accepted, Gone  int
	Failed, Retrying, Waiting int
}

func (a *alertState) over() bool   { return a.State == "sent" || a.State == "stopped" }
func (a *alertState) settled() int { return a.Accepted + a.Gone + a.Failed }
func (a *alertState) at(origin string) serviceState {
	for _, s := range a.Services {
		if s.Service == origin {
			return s
		}
	}
	return serviceState{}
}

// sumsUp fails the test where a record does not: what became of each, and what did not
// become of anybody yet, is the audience, at every moment and at every service.
func (a *alertState) sumsUp(t testing.TB) {
	t.Helper()
	if a.Accepted+a.Gone+a.Failed+a.Retrying+a.Waiting != a.Audience {
		t.Fatalf("the record does not sum up: %+v", *a)
	}
	var sum serviceState
	for _, s := range a.Services {
		if s.Accepted+s.Gone+s.Failed+s.Retrying+s.Waiting != s.Audience || min(s.Accepted, s.Gone, s.Failed, s.Retrying, s.Waiting) < 0 {
			t.Fatalf("%s does not sum up: %+v", s.Service, s)
		}
		sum.Audience += s.Audience
		sum.Accepted += s.Accepted
		sum.Gone += s.Gone
		sum.Failed += s.Failed
		sum.Retrying += s.Retrying
	}
	if len(a.Services) > 0 && (sum.Audience != a.Audience || sum.Accepted != a.Accepted || sum.Gone != a.Gone || sum.Failed != a.Failed || sum.Retrying != a.Retrying) {
		t.Fatalf("the services' parts %+v do not sum up to %+v", sum, *a)
	}
}

// alert posts one and wants it taken.
func (s *server) alert(a fields, how ...with) alertState {
	s.t.Helper()
	return s.alertAnswer(s.send("POST", "/api/v1/alerts", a, how...), 202)
}

func (s *server) alertAnswer(r reply, status int) alertState {
	s.t.Helper()
	var a alertState
	if r.status != status || json.Unmarshal(r.body, &a) != nil {
		s.t.Fatalf("an alert's answer is %d, want %d\n%s", r.status, status, r.body)
	}
	return a
}

func (s *server) alertNow(id string) alertState {
	s.t.Helper()
	return s.alertAnswer(s.send("GET", "/api/v1/alerts/"+id, nil), 200)
}

// follow asks how an alert stands until ok, and wants the record to sum up each time.
func (s *server) follow(id string, most time.Duration, ok func(a *alertState) bool) alertState {
	s.t.Helper()
	var a alertState
	asked := time.Time{}
	if err := s.until(most, func() bool {
		if time.Since(asked) < 15*time.Millisecond { // asking costs what is to be measured
			return false
		}
		a = s.alertNow(id)
		a.sumsUp(s.t)
		asked = time.Now()
		return ok(&a)
	}); err != nil {
		s.t.Fatalf("alert %s: %v; it is %+v", id, err, a)
	}
	return a
}

// ended follows an alert to its end.
func (s *server) ended(id string, most time.Duration) alertState {
	s.t.Helper()
	return s.follow(id, most, (*alertState).over)
}

// operatorHeard is what the operator was told, in the server's words.
func (s *server) operatorHeard() []string {
	var all []string
	for line := range strings.Lines(s.said.String()) {
		var l struct{ Msg string }
		if json.Unmarshal([]byte(line), &l) == nil && strings.HasPrefix(l.Msg, "for the operator: ") {
			all = append(all, strings.TrimPrefix(l.Msg, "for the operator: "))
		}
	}
	return all
}

// subscriptions are all endpoints that are kept, in order.
func (s *server) subscriptions() []string {
	s.t.Helper()
	var all []string
	for line := range strings.Lines(s.must("subscriptions", "export", "-")) {
		var l struct{ Endpoint string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			s.t.Fatalf("the export has %q: %v", line, err)
		}
		all = append(all, l.Endpoint)
	}
	slices.Sort(all)
	return all
}

// repeated is how many messages came more than once, and to how many of first to end
// none came.
func (w *pushWorld) repeated(first, end int) (repeats, missed int) {
	for _, n := range w.ReceivedAll()[first:end] {
		switch {
		case n == 0:
			missed++
		case n > 1:
			repeats += int(n) - 1
		}
	}
	return repeats, missed
}

func bridge(s *server) story {
	s.t.Helper()
	return s.published(fields{"headline": "Bridge closed", "section": "world", "body": "Both lanes."})
}

func toAll(st story, title string) fields {
	return fields{"story": st.ID, "title": title, "body": "Both lanes.", "audience": "all"}
}
