package jobs_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dateline/internal/jobs"
	"dateline/internal/news"
	"dateline/internal/store"
)

// databaseVar tells the child of TestKilledWhileWorking where its database is.
const databaseVar = "DATELINE_TEST_JOBS"

// Every job whose enqueuing was acknowledged is done, whenever the process is killed;
// what was under way goes on at once in the next one.
func TestKilledWhileWorking(t *testing.T) {
	if path := os.Getenv(databaseVar); path != "" {
		if err := work(path); err != nil {
			t.Fatal(err)
		}
		return
	}
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	path := filepath.Join(t.TempDir(), "news.db")
	acked, done := map[string]bool{}, map[string]int{}
	interrupted := map[string]bool{} // begun, and its end not heard of, in the round before
	var again time.Duration
	resumed := 0
	for round := range rounds + 1 {
		last := round == rounds
		child := start(t, path)
		var up time.Time
		var kill <-chan time.Time
		under := map[string]bool{}
		end := time.After(60 * time.Second)
		for reading := true; reading; {
			select {
			case line, ok := <-child.lines:
				if !ok {
					reading = false
					break
				}
				what, id, _ := strings.Cut(line, " ")
				switch what {
				case "up":
					up = time.Now()
					kill = time.After(time.Duration(20+rand.IntN(200)) * time.Millisecond) // the random moment is the test
					if last {
						kill = nil
						child.in.Close()
					}
				case "enqueued":
					acked[id] = true
				case "began":
					under[id] = true
					if interrupted[id] {
						again = max(again, time.Since(up))
						resumed++
						delete(interrupted, id)
					}
				case "done":
					done[id]++
					delete(under, id)
				}
			case <-kill:
				child.cmd.Process.Kill()
			case <-end:
				child.cmd.Process.Kill()
				t.Fatalf("round %d: the child did not end; %d of %d jobs done", round, len(done), len(acked))
			}
		}
		if err := child.cmd.Wait(); last && err != nil {
			t.Fatalf("the last round: %v\n%s", err, child.err)
		}
		for id := range interrupted {
			// It did not begin again: its end had been written down just before the kill,
			// or it is due in a round that lived too briefly.
			under[id] = true
		}
		interrupted = under
	}
	twice := 0
	for id := range acked {
		if done[id] == 0 {
			t.Errorf("job %s was acknowledged and never done", id)
		}
		if done[id] > 1 {
			twice++
		}
	}
	t.Logf("%d kills: %d jobs acknowledged, all done, %d of them twice; %d interrupted ones ran again within %v of the start",
		rounds, len(acked), twice, resumed, again)
	if len(acked) < 2*rounds || resumed == 0 { // a busy machine gets few done between kills
		t.Errorf("%d jobs, %d interrupted ones resumed in %d rounds: the rounds test too little", len(acked), resumed, rounds)
	}
	if again > 5*time.Second {
		t.Errorf("an interrupted job ran again only %v after the start", again)
	}
}

// A child is a process that works on jobs.
type child struct {
	cmd   *exec.Cmd
	in    interface{ Close() error }
	lines chan string
	err   *strings.Builder
}

func start(t *testing.T, path string) child {
	t.Helper()
	c := child{cmd: exec.Command(os.Args[0], "-test.run=^TestKilledWhileWorking$"), lines: make(chan string, 4096), err: &strings.Builder{}}
	c.cmd.Env = append(os.Environ(), databaseVar+"="+path)
	c.cmd.Stderr = c.err
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.cmd.Process.Kill() })
	c.in = in
	go func() {
		defer close(c.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			c.lines <- s.Text()
		}
	}()
	return c
}

// work is the child: it enqueues jobs and does them, saying on standard output what it
// was told is durable and what it did, until its input ends; then it does the rest.
func work(path string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, "sqlite:"+path, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.VoidLeases(ctx); err != nil {
		return err
	}
	say := func(what, id string) { os.Stdout.WriteString(what + " " + id + "\n") }
	wake, deaf := s.JobHints()
	defer deaf()
	runner := jobs.New(jobs.Options{Store: s, Worker: fmt.Sprint(os.Getpid()), Wake: wake, Kinds: []jobs.Kind{{
		Name: "k", Parallel: 4,
		Do: func(_ context.Context, j news.Job) error {
			var id string
			if err := json.Unmarshal(j.Args, &id); err != nil {
				return jobs.Permanent(err)
			}
			say("began", id)
			time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
			if rand.IntN(20) == 0 {
				return fmt.Errorf("now and then it fails")
			}
			say("done", id)
			return nil
		},
		Backoff: func(int) time.Duration { return 10 * time.Millisecond },
	}}})
	running := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { runner.Run(ctx); close(running) }()
	say("up", "")
	input := make(chan struct{})
	go func() {
		os.Stdin.Read(make([]byte, 1)) // nothing is ever written: it returns when the input ends
		close(input)
	}()
	tick := time.NewTicker(2 * time.Millisecond)
	for over := false; !over; {
		select {
		case <-input:
			over = true
		case <-tick.C:
			id := news.NewID[string]()
			args, err := json.Marshal(id)
			if err != nil {
				return err
			}
			if err := s.Enqueue(ctx, news.Job{Kind: "k", Args: args}); err != nil {
				return err
			}
			say("enqueued", id)
		}
	}
	for {
		<-tick.C
		if n, err := s.WaitingJobs(ctx); err != nil || n == 0 {
			cancel()
			<-running
			return err
		}
	}
}
