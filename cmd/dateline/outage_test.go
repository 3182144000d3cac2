package main_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dateline/internal/store/pgtest"
)

// signIn opens the desk as a new admin; the cookies are kept by the client.
func (s *server) signIn() {
	s.t.Helper()
	out := s.must("staff", "add", "ada@example.org", "--name", "Ada", "--role", "admin", "--url", s.origin)
	_, key, ok := strings.Cut(strings.TrimSpace(out), "key=")
	if !ok {
		s.t.Fatalf("no link in %q", out)
	}
	r := s.send("POST", "/desk/sign-in", strings.NewReader(url.Values{"key": {key}}.Encode()),
		header("Content-Type", "application/x-www-form-urlencoded"), header("Origin", s.origin))
	if r.status != 303 {
		s.t.Fatalf("sign in = %d\n%.500s", r.status, r.body)
	}
	cookie, _, _ := strings.Cut(r.header.Get("Set-Cookie"), ";")
	s.client.Transport = cookies{s.client.Transport, strings.TrimPrefix(s.origin, "http://"), cookie}
	s.shows("/desk/", 200)
}

// While PostgreSQL is down: readers get what is held, an embargo holds, desk and API
// say 503 soon; and everything works again by itself when it is back.
func TestDatabaseOutage(t *testing.T) {
	long(t)
	pg := pgtest.Own(t)
	s := serve(t, pg.Database(t))
	s.signIn()
	st := s.published(fields{"headline": "Held through the night", "section": "world", "topics": []string{"Nights"}, "body": "It is here."})
	page := s.path(st.URL)
	// Due in the middle of the outage: nobody may see it before the database says so.
	embargoed := s.api("POST", "/stories", fields{"headline": "Not before the moment", "section": "world", "topics": []string{"Nights"},
		"slug": "not-before", "body": "Secretcanary.", "embargo_until": time.Now().Add(4 * time.Second).Format(time.RFC3339Nano)}, 201)
	s.api("POST", "/stories/"+embargoed.ID+"/schedule", fields{}, 200)
	held := []string{page, "/", "/sections/world", "/topics/nights", "/feed.rss", "/sitemap.xml"}
	before := map[string]string{}
	for _, p := range held {
		before[p] = s.shows(p, 200)
	}

	stop, errs := s.readers(held, before)
	for _, outage := range []struct {
		name        string
		begin, end  func()
		untilNotice time.Duration
	}{
		{"halted", pg.Halt, func() {
			if err := pg.Start(); err != nil {
				t.Fatal(err)
			}
		}, time.Second},
		// The lease of one second ends and the answer to a beat is waited for.
		{"frozen", func() { pg.Signal(syscall.SIGSTOP) }, func() { pg.Signal(syscall.SIGCONT) }, 4 * time.Second},
	} {
		t.Run(outage.name, func(t *testing.T) {
			s.t = t
			outage.begin()
			began := time.Now()
			ask := func(method, path string, in any, how ...with) {
				t.Helper()
				r := s.send(method, path, in, how...)
				if r.status != 503 || r.took > 3*time.Second {
					t.Errorf("%s %s = %d after %v, want 503 within 3 s\n%.300s", method, path, r.status, r.took.Round(time.Millisecond), r.body)
				}
				if r.header.Get("Retry-After") == "" {
					t.Errorf("%s %s does not say when to come again", method, path)
				}
			}
			var all sync.WaitGroup // at once: each might find out by its own waiting
			all.Go(func() { ask("GET", "/desk/", nil) })
			all.Go(func() { ask("GET", "/api/v1/stories", nil) })
			all.Go(func() { ask("POST", "/api/v1/stories", fields{"headline": "Lost?", "section": "world"}) })
			all.Go(func() { ask("POST", "/api/v1/stories/"+st.ID+"/publish", fields{}) })
			all.Go(func() { ask("POST", "/api/v1/stories/"+st.ID+"/corrections", fields{"kind": "update", "text": "x"}) })
			all.Wait()
			if err := s.until(outage.untilNotice, func() bool { return s.get("/readyz").status == 503 }); err != nil {
				t.Errorf("/readyz does not notice: %v", err)
			}
			ask("GET", "/desk/", nil)
			ask("GET", "/sections/politics", nil) // nobody asked for it before
			ask("GET", "/search?q=night", nil)
			// Past the embargo's second and past the lease. Later outages come after its
			// release.
			for rounds := 0; rounds < 3 || time.Since(began) < 5*time.Second; rounds++ {
				for _, p := range held {
					r := s.get(p)
					early := outage.name == "halted" && strings.Contains(r.text(), "Not before the moment")
					if r.status != 200 || early {
						t.Fatalf("GET %s = %d %v into the outage; shows the embargoed story: %v", p, r.status, time.Since(began), early)
					}
				}
				time.Sleep(50 * time.Millisecond) // an outage takes its time
			}
			if outage.name == "halted" {
				if r := s.get("/" + time.Now().UTC().Format("2006/01/02") + "/not-before"); r.status == 200 {
					t.Errorf("the embargoed story is shown while the database cannot say that it may be")
				}
			}
			outage.end()
			back := time.Now()
			s.ready(10 * time.Second)
			t.Logf("ready %v after the database was back", time.Since(back).Round(time.Millisecond))
		})
		s.t = t
		if t.Failed() {
			break
		}
		s.signedIn(t)
		// The one that fell due meanwhile is out, and publishing works.
		if outage.name == "halted" {
			stop()
			noError(t, errs)
			if err := s.until(3*time.Second, func() bool { return strings.Contains(s.get("/topics/nights").text(), "Not before the moment") }); err != nil {
				t.Errorf("the story that fell due during the outage: %v", err)
			}
		}
		after := s.published(fields{"headline": "After it was " + outage.name, "section": "world", "body": "Back."})
		if !strings.Contains(s.shows("/", 200), "After it was "+outage.name) || !strings.Contains(s.shows(s.path(after.URL), 200), "Back.") {
			t.Error("what was published after the outage is not shown")
		}
		for _, p := range held {
			before[p] = s.shows(p, 200)
		}
		if outage.name == "halted" {
			stop, errs = s.readers(held, before)
		}
	}
	stop()
	noError(t, errs)
}

func (s *server) signedIn(t *testing.T) { t.Helper(); s.shows("/desk/", 200) }

// readers ask for pages until stopped; any other answer than the one before is an error.
func (s *server) readers(paths []string, before map[string]string) (stop func(), errs <-chan error) {
	out, end := make(chan error, 1), make(chan struct{})
	fail := func(err error) {
		select {
		case out <- err:
		default:
		}
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := i; ; n++ {
				select {
				case <-end:
					return
				default:
				}
				p := paths[n%len(paths)]
				r, err := s.try("GET", p, nil)
				if err != nil {
					fail(err)
				} else if r.status != 200 {
					fail(fmt.Errorf("a reader got %d for %s", r.status, p))
				}
			}
		})
	}
	return sync.OnceFunc(func() { close(end); all.Wait() }), out
}

// Pages are held for as long as --held-for says and no longer.
func TestHeldFor(t *testing.T) {
	long(t)
	pg := pgtest.Own(t)
	s := serve(t, pg.Database(t), "--held-for", "2s")
	s.shows("/", 200)
	pg.Halt()
	began := time.Now()
	for time.Since(began) < 1500*time.Millisecond {
		s.shows("/", 200)
	}
	if err := s.until(3*time.Second, func() bool { return s.get("/").status == 503 }); err != nil {
		t.Fatalf("the front page is still held after 4.5 s: %v", err)
	}
	t.Logf("held for %v", time.Since(began).Round(time.Millisecond))
	if r := s.get("/"); r.header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
	if err := pg.Start(); err != nil {
		t.Fatal(err)
	}
	s.ready(10 * time.Second)
	s.shows("/", 200)
}

// Two nodes on one database: what Publish answered on one is shown by the other.
func TestTwoNodes(t *testing.T) {
	long(t)
	database := pgtest.Database(t)
	a := serve(t, database)
	b := prepare(t, t.TempDir(), database, "--media", "file:"+a.data+"/media", "--key-file", a.data+"/push.key")
	b.start()
	b.token = a.token

	st := a.published(fields{"headline": "Edition 0", "section": "world", "topics": []string{"Editions"}, "body": "Words."})
	page := a.path(st.URL)
	edition := func(n int) {
		t.Helper()
		read := a.send("GET", "/api/v1/stories/"+st.ID, nil)
		a.api("PATCH", "/stories/"+st.ID, fields{"headline": fmt.Sprintf("Edition %d", n)}, 200, header("If-Match", read.header.Get("ETag")))
		a.api("POST", "/stories/"+st.ID+"/publish", fields{}, 200)
	}
	shows := func(n int) (stale string) {
		t.Helper()
		want := fmt.Sprintf("Edition %d<", n)
		for _, p := range []string{page, "/", "/topics/editions", "/feed.rss"} {
			if r := b.get(p); r.status != 200 || !strings.Contains(r.text(), want) {
				return p
			}
		}
		if hits := b.send("GET", fmt.Sprintf("/api/v1/search?q=edition+%d", n), nil, anonymous); !strings.Contains(hits.text(), fmt.Sprintf("Edition %d\"", n)) {
			return "search"
		}
		return ""
	}
	t.Run("nothing stale", func(t *testing.T) {
		// Readers on the other node, so that every page is kept and being made all the time.
		stop, errs := b.readers([]string{page, "/", "/topics/editions", "/feed.rss"}, nil)
		defer stop()
		stale := 0
		for n := 1; n <= 100; n++ {
			edition(n)
			if where := shows(n); where != "" {
				stale++
				t.Errorf("after publication %d the other node's %s is stale", n, where)
			}
		}
		t.Logf("100 publications, %d stale", stale)
		noError(t, errs)
	})
	t.Run("frozen", func(t *testing.T) {
		for round := range 10 {
			shows(100 + round) // kept there
			b.cmd.Process.Signal(syscall.SIGSTOP)
			began := time.Now()
			edition(101 + round)
			took := time.Since(began)
			if took > 2500*time.Millisecond {
				t.Errorf("publishing beside a frozen node took %v", took)
			}
			b.cmd.Process.Signal(syscall.SIGCONT)
			if where := shows(101 + round); where != "" {
				t.Errorf("round %d: the woken node's %s is stale", round, where)
			}
			if round == 0 {
				t.Logf("publishing beside a frozen node took %v", took)
			}
			b.ready(5 * time.Second)
		}
	})
	t.Run("killed", func(t *testing.T) {
		b.kill()
		began := time.Now()
		edition(200)
		if took := time.Since(began); took > 2500*time.Millisecond {
			t.Errorf("publishing beside a killed node took %v, want its lease of 1 s", took)
		} else {
			t.Logf("publishing beside a killed node took %v", took)
		}
		began = time.Now()
		edition(201)
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("the publication after that took %v", took)
		}
		b.start()
		if where := shows(201); where != "" {
			t.Errorf("the node started again has a stale %s", where)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		if code, _ := b.stop(); code != 0 {
			t.Errorf("SIGTERM: exit %d", code)
		}
		began := time.Now()
		edition(300)
		if took := time.Since(began); took > 500*time.Millisecond {
			t.Errorf("publishing after a node left took %v", took)
		}
	})
}

// A story is released once, by whichever node, at its second on both.
func TestTwoNodesRelease(t *testing.T) {
	long(t)
	database := pgtest.Database(t)
	a := serve(t, database)
	b := prepare(t, t.TempDir(), database, "--media", "file:"+a.data+"/media", "--key-file", a.data+"/push.key")
	b.start()
	at := time.Now().Add(2 * time.Second).Truncate(time.Millisecond)
	st := a.api("POST", "/stories", fields{"headline": "At the second", "section": "world", "body": "Now."}, 201)
	a.api("POST", "/stories/"+st.ID+"/schedule", fields{"publish_at": at.Format(time.RFC3339Nano)}, 200)
	var late atomic.Int64
	var all sync.WaitGroup
	for _, n := range []*server{a, b} {
		all.Go(func() {
			for {
				asked := time.Now()
				r, err := n.try("GET", "/", nil)
				if err != nil {
					return
				}
				if strings.Contains(r.text(), "At the second") {
					if time.Now().Before(at) {
						t.Errorf("%s shows it %v early", n.origin, at.Sub(asked))
					}
					late.Store(max(late.Load(), int64(time.Since(at))))
					return
				}
				if time.Since(at) > 5*time.Second {
					t.Errorf("%s does not show it 5 s later", n.origin)
					return
				}
				time.Sleep(2 * time.Millisecond) // leaves the machine to those who are asked
			}
		})
	}
	all.Wait()
	limit := time.Second
	for _, n := range []*server{a, b} {
		if strings.Contains(n.said.String(), "lost its lease") { // the whole machine stood still
			limit = 5 * time.Second
		}
	}
	if d := time.Duration(late.Load()); d > limit {
		t.Errorf("shown %v after its second", d)
	} else {
		t.Logf("shown on both %v after its second", d.Round(time.Millisecond))
	}
	if got := a.api("GET", "/stories/"+st.ID, nil, 200); got.Version != 1 {
		t.Errorf("released %d times", got.Version)
	}
}
