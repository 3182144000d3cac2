package main_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/jobs"
	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

// TestBehindATransactionPooler: two nodes on a PostgreSQL that lends its connections
// for a transaction at a time, where nothing may depend on a session: no prepared
// statement, no LISTEN, no lock. They migrate at once, and what either shows is never
// stale on the other.
func TestBehindATransactionPooler(t *testing.T) {
	long(t)
	direct := pgtest.Database(t)
	database := pgtest.Pooler(t, direct)
	data := t.TempDir()
	a, b := prepare(t, data, database), prepare(t, data, database)
	nodes := []*server{a, b}
	for _, n := range nodes {
		n.launch()
	}
	for _, n := range nodes {
		n.ready(20 * time.Second)
	}
	a.token = a.newToken("admin")
	b.token = a.token
	a.must("staff", "add", "eda@example.org", "--name", "Eda Editor", "--role", "admin") // else each start makes a set-up link

	for round := range 12 {
		at, other := nodes[round%2], nodes[1-round%2]
		word := fmt.Sprintf("pontoon%dpontoon", round)
		st := at.published(fields{"headline": "First " + word, "section": "world", "body": "Words."})
		path := at.path(st.URL)
		sees := func(want bool, text string, places ...string) {
			t.Helper()
			for _, place := range places {
				if got := strings.Contains(other.shows(place, 200), text); got != want {
					t.Errorf("round %d: %s%s shows %q: %v, want %v", round, other.origin, place, text, got, want)
				}
			}
		}
		sees(true, "First "+word, path, "/", "/sections/world", "/feed.rss")
		sees(true, `"total":1`, "/api/v1/search?q="+url.QueryEscape(word))
		at.api("PATCH", "/stories/"+st.ID, fields{"headline": "Second " + word}, 200, header("If-Match", `"1"`))
		at.api("POST", "/stories/"+st.ID+"/publish", fields{}, 200)
		sees(true, "Second "+word, path, "/", "/sections/world")
		sees(false, "First "+word, path, "/", "/sections/world")
		if round%3 == 2 {
			at.api("POST", "/stories/"+st.ID+"/kill", fields{}, 200)
			other.shows(path, 404)
			sees(false, word, "/", "/sections/world", "/feed.rss")
			sees(true, `"total":0`, "/api/v1/search?q="+url.QueryEscape(word))
		}
	}
	if most := connections(t, direct); most > 5 {
		t.Errorf("%d connections to PostgreSQL; the pooler should hold five: this tests nothing", most)
	}
	jobsRun(t, database, 200)

	// Another start finds nothing to migrate and no lock that a session left behind; and
	// the pooler outlives nodes that stop in the middle of something.
	for range 5 {
		if code, _ := a.stop(); code != 0 {
			t.Errorf("a node ended with code %d", code)
		}
		a.start()
	}
	if out, said, code := a.command("migrate", "--plan"); code != 0 {
		t.Errorf("migrate --plan: exit %d, %s%s", code, out, said)
	}
	for _, n := range nodes {
		if code, _ := n.stop(); code != 0 {
			t.Errorf("a node ended with code %d", code)
		}
		for _, line := range strings.Split(n.said.String(), "\n") {
			if strings.Contains(line, "prepared statement") || strings.Contains(line, `"level":"ERROR"`) {
				t.Errorf("%s said: %s", n.origin, line)
			}
		}
	}
}

// connections counts those that the database's own role has, but for the one that asks.
func connections(t *testing.T, address string) (n int) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT count(*) - 1 FROM pg_stat_activity WHERE usename = current_user`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// jobsRun enqueues n jobs at one node while two others run them.
func jobsRun(t *testing.T, database string, n int) {
	t.Helper()
	open := func() *store.Store {
		s, err := store.Open(t.Context(), database, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan string, n)
	var workers sync.WaitGroup
	for w := range 2 {
		s := open()
		defer s.Close()
		wake, deaf := s.JobHints()
		defer deaf()
		r := jobs.New(jobs.Options{Store: s, Worker: fmt.Sprint(w), Wake: wake, Kinds: []jobs.Kind{{
			Name: "test", Parallel: 3, Backoff: func(int) time.Duration { return time.Millisecond },
			Do: func(_ context.Context, j news.Job) error {
				if j.Attempt == 1 && strings.HasSuffix(string(j.Args), "7") {
					return fmt.Errorf("the first time it fails")
				}
				done <- string(j.Args)
				return nil
			},
		}}})
		workers.Go(func() { r.Run(ctx) })
	}
	asker := open()
	defer asker.Close()
	for k := range n {
		if err := asker.Enqueue(ctx, news.Job{Kind: "test", Args: fmt.Append(nil, k)}); err != nil {
			t.Fatal(err)
		}
	}
	ran, late := map[string]int{}, time.After(30*time.Second)
	for len(ran) < n {
		select {
		case args := <-done:
			ran[args]++
		case <-late:
			t.Fatalf("%d of %d jobs were run within 30 s", len(ran), n)
		}
	}
	stop()
	workers.Wait()
	if waiting, err := asker.WaitingJobs(t.Context()); err != nil || waiting != 0 {
		t.Errorf("%d jobs are left, %v", waiting, err)
	}
	for args, times := range ran {
		if times != 1 {
			t.Errorf("job %s was done %d times", args, times)
		}
	}
}
