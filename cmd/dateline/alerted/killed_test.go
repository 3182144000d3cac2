package alerted_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dateline/internal/pushservice"
)

// many is how many simulated browsers there are beside the real one.
const many = 10_000

// The server is killed in the middle of an alert to many, when a real browser has the
// message and the server does not know yet. Started again it sends the rest, and that
// message once more; the browser shows it once.
func TestKilledInTheMiddle(t *testing.T) {
	wants(t, "chromium")
	service, err := pushservice.Serve(t.Context(), pushservice.Options{Origins: 1, Subscriptions: many, Check: 100, Log: 1,
		// So that there is a middle.
		Troubles: []pushservice.Trouble{{Name: "far away", Kind: pushservice.Slow, Delay: pushservice.Duration(300 * time.Millisecond)}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	r := newChromeReader(t, "--push-allow", service.Addresses()[0])
	r.site.trusts(service.Info().CA)
	st := r.site.publish("Orrin bridge closed")
	me := r.subscribes(t, st)
	r.site.subscribesAll(service)

	answered := make(chan struct{})
	r.post.change(me, func(b *box) { b.hold = answered })
	a := r.site.send(fields{"story": st.ID, "title": "Bridge over the Orrin closed", "topics": []string{"bridges"}})
	r.sees(t, "Bridge over the Orrin closed")
	r.closes(t)
	eventually(t, "many have it", func() bool { return service.Stats().Distinct > many/20 })
	r.site.kill()
	before := service.Stats().Distinct
	if before == many {
		t.Fatal("the alert was over before the server was killed")
	}
	close(answered)
	if err := service.Lift("far away"); err != nil {
		t.Fatal(err)
	}
	again := time.Now()
	r.site.start()
	eventually(t, "it goes on", func() bool { return service.Stats().Distinct > before })
	resumed := time.Since(again)
	got := r.site.sent(a.ID)
	if got.Audience != many+1 || got.Accepted != many+1 {
		t.Errorf("the record says %+v, want %d accepted", got, many+1)
	}
	repeats := 0
	for n, times := range service.ReceivedAll() {
		if times == 0 {
			t.Fatalf("browser %d never got it", n)
		}
		repeats += int(times) - 1
	}
	t.Logf("killed when %d of %d had it; on its way again %v after the start; %d got it twice", before, many, resumed.Round(time.Millisecond), repeats)
	if resumed > 5*time.Second {
		t.Errorf("it was on its way again %v after the start, want 5 s at most", resumed)
	}
	if repeats > 8192 {
		t.Errorf("%d got it twice, want 8192 at most", repeats)
	}
	if n := len(r.post.to(me)); n != 2 {
		t.Errorf("the real browser's push service got it %d times, want twice", n)
	}

	eventually(t, "the worker is through with the repeat", func() bool { return r.recorded(completed, "") == 2 })
	r.neverTwice(t)
	if got := r.shows(); len(got) > 0 {
		t.Errorf("after the repeat Chromium shows %+v", got)
	}
}

// trusts adds a certificate to those that the site trusts at push services.
func (s *site) trusts(pem string) {
	s.t.Helper()
	f, err := os.OpenFile(s.trust, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(pem)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.kill()
	s.start()
}

// subscribesAll brings in all simulated browsers, with the site's own key.
func (s *site) subscribesAll(service *pushservice.Service) {
	s.t.Helper()
	var key struct {
		PublicKey string `json:"public_key"`
	}
	s.call("GET", "/push/key", nil, 200, &key)
	f, err := os.Create(filepath.Join(s.t.TempDir(), "many.jsonl"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	all, err := service.Issuer().All(s.t.Context(), 0, many, key.PublicKey)
	if err != nil {
		s.t.Fatal(err)
	}
	out := json.NewEncoder(f)
	for _, sub := range all {
		line := fields{"endpoint": sub.Endpoint, "keys": fields{"p256dh": sub.P256dh, "auth": sub.Auth},
			"application_server_key": key.PublicKey, "topics": []string{"bridges"}}
		if err := out.Encode(line); err != nil {
			s.t.Fatal(err)
		}
	}
	s.must("subscriptions", "import", "--data", s.data, "--push-allow", service.Addresses()[0], f.Name())
}
