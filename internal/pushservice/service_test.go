package pushservice_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dateline/internal/pushservice"
	"dateline/internal/webpush"
)

// What both senders write is taken, decrypted and counted, once.
func TestTakesWhatTheSendersSend(t *testing.T) {
	for _, name := range []string{"plain", "fast"} {
		t.Run(name, func(t *testing.T) {
			var journal bytes.Buffer
			w := newWorld(t, pushservice.Options{Subscriptions: 1000, Journal: &journal})
			s := w.sender(t, name)
			got, _ := w.send(s, w.batch(100, 300))
			if !same(got, report{webpush.Accepted: 300}) {
				t.Fatalf("sender says %v", got)
			}
			st := w.service.Stats()
			if st.Messages != 300 || st.Accepted != 300 || st.Distinct != 300 || st.Checked != 300 || st.Repeats+st.Refused+st.Violations != 0 {
				t.Errorf("%+v", st)
			}
			for i, o := range st.Origins {
				if o.Accepted != 100 || o.Tokens != 1 || o.Statuses[201] != 100 {
					t.Errorf("origin %d: %+v", i, o)
				}
			}
			for n := range 1000 {
				want := 0
				if n >= 100 && n < 400 {
					want = 1
				}
				if w.service.Received(n) != want {
					t.Errorf("number %d got %d, want %d", n, w.service.Received(n), want)
				}
			}
			list := w.service.Messages(0)
			if len(list) != 300 {
				t.Fatalf("%d messages in the log", len(list))
			}
			m := list[0]
			if m.Text != payload || m.Padding != 256-len(payload) || m.TTL != 3600 || m.Topic != "story-1" || m.Urgency != "high" || m.State != "delivered" {
				t.Errorf("%+v", m)
			}
			if later := w.service.Messages(290); len(later) != 10 || later[0].Seq != 291 {
				t.Errorf("after 290: %+v", later)
			}
			var line pushservice.Message
			first, _, _ := strings.Cut(journal.String(), "\n")
			if err := json.Unmarshal([]byte(first), &line); err != nil || line.Text != payload || strings.Count(journal.String(), "\n") != 300 {
				t.Errorf("journal begins with %q, %v", first, err)
			}

			// The same once more is a repeat; another text is not.
			w.send(s, w.batch(100, 30))
			b := w.batch(100, 20)
			b.Payload = []byte(strings.Replace(payload, "closed", "open again", 1))
			w.send(s, b)
			st = w.service.Stats()
			if st.Accepted != 350 || st.Distinct != 300 || st.Repeats != 30 || w.service.Received(100) != 3 {
				t.Errorf("after repeats: %+v", st)
			}
			w.service.Forget()
			if st := w.service.Stats(); st.Messages+st.Accepted+st.Distinct != 0 || w.service.Received(100) != 0 || len(w.service.Messages(0)) != 0 {
				t.Errorf("after Forget: %+v", st)
			}
		})
	}
}

// What is not right is refused as RFC 8030 and 8292 say, and the log says why.
func TestRefusesWhatIsWrong(t *testing.T) {
	w := newWorld(t, pushservice.Options{Subscriptions: 100})
	client := w.client()
	bound, err := w.service.Subscribe(0, w.signer.Key().PublicKey())
	must(t, err)
	free, err := w.service.Subscribe(0, "")
	must(t, err)
	unknown, err := w.service.Subscribe(102, "")
	must(t, err)
	elsewhere, err := w.service.Subscribe(1, "")
	must(t, err)
	origin := w.service.Origins()[0]
	token := func(s *webpush.Signer, aud string) string {
		a, err := s.Authorization(aud)
		must(t, err)
		return a
	}
	good := token(w.signer, origin)
	stale, err := webpush.NewSigner(w.signer.Key(), "mailto:desk@example.org", func() time.Time { return time.Now().Add(-13 * time.Hour) })
	must(t, err)
	early, err := webpush.NewSigner(w.signer.Key(), "mailto:desk@example.org", func() time.Time { return time.Now().Add(13 * time.Hour) })
	must(t, err)
	forged := good[:strings.Index(good, ", k=")]
	body := func() []byte {
		b := w.batch(0, 1)
		p, err := webpush.Prepare(&b.Messages[0].Keys)
		must(t, err)
		text, err := webpush.Seal(nil, &p, []byte(payload))
		must(t, err)
		return text
	}
	broken := body()
	broken[len(broken)-1] ^= 1
	for _, tt := range []struct {
		name     string
		endpoint string
		change   func(r *http.Request)
		body     []byte
		status   int
		why      string
	}{
		{name: "right", status: 201},
		{name: "for anybody, signed", endpoint: free.Endpoint, status: 201},
		{name: "for anybody, unsigned", endpoint: free.Endpoint, change: func(r *http.Request) { r.Header.Del("Authorization") }, status: 201},
		{name: "for anybody, badly signed", endpoint: free.Endpoint, change: func(r *http.Request) { r.Header.Set("Authorization", good+"A") }, status: 403, why: "k"},
		{name: "unsigned", change: func(r *http.Request) { r.Header.Del("Authorization") }, status: 401, why: "no vapid"},
		{name: "another scheme", change: func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, status: 401, why: "no vapid"},
		{name: "another's key", change: func(r *http.Request) { r.Header.Set("Authorization", token(newSigner(t), origin)) }, status: 403, why: "made for"},
		{name: "signed by another", change: func(r *http.Request) {
			r.Header.Set("Authorization", forged+", k="+newSigner(t).Key().PublicKey())
		}, status: 403, why: "not by k"},
		{name: "another audience", change: func(r *http.Request) {
			r.Header.Set("Authorization", token(w.signer, w.service.Origins()[1]))
		}, status: 403, why: "aud"},
		{name: "expired", change: func(r *http.Request) { r.Header.Set("Authorization", token(stale, origin)) }, status: 403, why: "passed"},
		{name: "good for too long", change: func(r *http.Request) { r.Header.Set("Authorization", token(early, origin)) }, status: 403, why: "24 hours"},
		{name: "number out of range", endpoint: unknown.Endpoint, status: 404, why: "no subscription"},
		{name: "address changed", endpoint: strings.TrimSuffix(bound.Endpoint, "A") + "x", status: 404, why: "no subscription"},
		{name: "another origin's", endpoint: origin + strings.TrimPrefix(elsewhere.Endpoint, w.service.Origins()[1]), status: 404, why: "no subscription"},
		{name: "GET", change: func(r *http.Request) { r.Method = "GET" }, status: 405, why: "method"},
		{name: "no TTL", change: func(r *http.Request) { r.Header.Del("TTL") }, status: 400, why: "ttl"},
		{name: "TTL below zero", change: func(r *http.Request) { r.Header.Set("TTL", "-1") }, status: 400, why: "ttl"},
		{name: "no encoding", change: func(r *http.Request) { r.Header.Del("Content-Encoding") }, status: 415, why: "encoding"},
		{name: "old encoding", change: func(r *http.Request) { r.Header.Set("Content-Encoding", "aesgcm") }, status: 415, why: "encoding"},
		{name: "long topic", change: func(r *http.Request) { r.Header.Set("Topic", strings.Repeat("a", 33)) }, status: 400, why: "topic"},
		{name: "topic with a dot", change: func(r *http.Request) { r.Header.Set("Topic", "a.b") }, status: 400, why: "topic"},
		{name: "unknown urgency", change: func(r *http.Request) { r.Header.Set("Urgency", "now") }, status: 400, why: "urgency"},
		{name: "changed on the way", body: broken, status: 400, why: "does not open"},
		{name: "empty", body: []byte{}, status: 400, why: "too short"},
		{name: "too long", body: make([]byte, 4097), status: 413, why: "4097"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.service.Forget()
			endpoint, text := tt.endpoint, tt.body
			if endpoint == "" {
				endpoint = bound.Endpoint
			}
			if text == nil {
				text = body()
			}
			r, err := http.NewRequest("POST", endpoint, bytes.NewReader(text))
			must(t, err)
			for name, v := range map[string]string{"Authorization": good, "TTL": "60", "Content-Encoding": "aes128gcm"} {
				r.Header.Set(name, v)
			}
			if tt.change != nil {
				tt.change(r)
			}
			response, err := client.Do(r)
			must(t, err)
			response.Body.Close()
			if response.StatusCode != tt.status || response.ProtoMajor != 2 {
				t.Errorf("%s = %d, want %d", response.Proto, response.StatusCode, tt.status)
			}
			list := w.service.Messages(0)
			if len(list) != 1 || list[0].Status != tt.status || !strings.Contains(list[0].Why, tt.why) {
				t.Errorf("log says %+v, want %q", list, tt.why)
			}
			if st := w.service.Stats(); st.Accepted+st.Refused != 1 || (st.Accepted == 1) != (tt.status == 201) {
				t.Errorf("%+v", st)
			}
		})
	}
}

// The log is bounded and keeps the last.
func TestLogIsARing(t *testing.T) {
	w := newWorld(t, pushservice.Options{Origins: 1, Subscriptions: 100, Log: 10})
	w.send(w.sender(t, "fast"), w.batch(0, 35))
	list := w.service.Messages(0)
	if len(list) != 10 || list[0].Seq != 26 || list[9].Seq != 35 {
		t.Errorf("%+v", list)
	}
}

func TestCheckOfSome(t *testing.T) {
	for check, want := range map[int]int64{1: 100, 10: 10, -1: 0} {
		w := newWorld(t, pushservice.Options{Subscriptions: 100, Check: check})
		w.send(w.sender(t, "fast"), w.batch(0, 100))
		if st := w.service.Stats(); st.Checked != want || st.Accepted != 100 || len(w.service.Messages(0)) != int(want) {
			t.Errorf("check %d: %+v", check, st)
		}
	}
}

// A service that is restarted with the same seed and addresses knows what it
// issued.
func TestRestart(t *testing.T) {
	o := pushservice.Options{Origins: 1, Subscriptions: 10}
	first, err := pushservice.Serve(t.Context(), o)
	must(t, err)
	sub, err := first.Subscribe(3, "")
	must(t, err)
	o.Listen = first.Addresses()
	must(t, first.Close())
	must(t, first.Close())
	second, err := pushservice.Serve(t.Context(), o)
	must(t, err)
	defer second.Close()
	if again, err := second.Subscribe(3, ""); err != nil || again != sub {
		t.Errorf("%+v, then %+v, %v", sub, again, err)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	for _, o := range []pushservice.Options{
		{Origins: 300},
		{Listen: []string{"0.0.0.0:0"}},
		{Control: "192.0.2.1:80"},
		{Listen: []string{"nowhere"}},
		{Origins: 1, Listen: []string{"127.0.0.1:0", "127.0.0.1:0"}},
		{Subscriptions: -1},
		{Troubles: []pushservice.Trouble{{Kind: "sulk"}}},
	} {
		if s, err := pushservice.Serve(context.Background(), o); err == nil {
			t.Errorf("%+v: no error", o)
			s.Close()
		}
	}
}

// Everything can be commanded from another process.
func TestControl(t *testing.T) {
	w := newWorld(t, pushservice.Options{Subscriptions: 30})
	ctx := t.Context()
	r := pushservice.NewRemote(w.service.Control())
	info, err := r.Info(ctx)
	must(t, err)
	if info.String() != w.service.Info().String() || !slices.Equal(info.Origins, w.service.Origins()) {
		t.Errorf("info %v", info)
	}
	pool, err := info.Pool()
	must(t, err)
	if !pool.Equal(w.service.CA()) {
		t.Error("another certificate")
	}
	here, err := w.service.Subscribe(4, "")
	must(t, err)
	there, err := info.Issuer().Subscribe(4, "")
	must(t, err)
	if here != there {
		t.Errorf("%+v, elsewhere %+v", here, there)
	}
	must(t, r.Trouble(ctx, pushservice.Trouble{Name: "gone", Kind: pushservice.Status, Status: 410, Origins: []int{0}, After: pushservice.Duration(0)}))
	s := w.sender(t, "fast")
	if got, _ := w.send(s, w.batch(0, 30)); !same(got, report{webpush.Gone: 10, webpush.Accepted: 20}) {
		t.Errorf("with a trouble: %v", got)
	}
	st, err := r.Stats(ctx)
	must(t, err)
	if st.Accepted != 20 || st.Origins[0].Statuses[410] != 10 || st.CPU <= 0 {
		t.Errorf("%+v", st)
	}
	got, err := r.Received(ctx)
	must(t, err)
	if len(got) != 30 || got[0] != 0 || got[1] != 1 {
		t.Errorf("received %v", got)
	}
	list, err := r.Messages(ctx, 15)
	must(t, err)
	if len(list) != 5 {
		t.Errorf("%d messages after 15, want 5", len(list))
	}
	must(t, r.Lift(ctx, "gone"))
	must(t, r.Forget(ctx))
	if got, _ := w.send(s, w.batch(0, 30)); !same(got, report{webpush.Accepted: 30}) {
		t.Errorf("lifted: %v", got)
	}
	for _, bad := range []string{`[{"kind":"sulk"}]`, `[{"kind":"status"}]`, `[{"kind":"hang","x":1}]`, `{`, `[{"kind":"hang","for":"soon"}]`, `[{"kind":"hang","origins":[3]}]`} {
		response, err := http.Post(w.service.Control()+"/troubles", "application/json", strings.NewReader(bad))
		must(t, err)
		response.Body.Close()
		if response.StatusCode != 400 {
			t.Errorf("%s: %s", bad, response.Status)
		}
	}
	if left := w.service.Troubles(); len(left) > 0 {
		t.Errorf("set: %+v", left)
	}
	request, err := http.NewRequest("DELETE", w.service.Control()+"/troubles", nil)
	must(t, err)
	request.Header.Set("Origin", "https://evil.example")
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	response.Body.Close()
	if response.StatusCode != 403 {
		t.Errorf("from a page: %s", response.Status)
	}
}
