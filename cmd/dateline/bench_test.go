package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// runBench runs a bench as a person would type it, and gives its one line. The program
// is a process, since a bench starts itself again; TestMain puts it on the PATH.
func runBench(t *testing.T, args ...string) benchReport {
	t.Helper()
	if testing.Short() {
		t.Skip("starts servers")
	}
	dir := t.TempDir()
	elsewhere := filepath.Join(t.TempDir(), "not-here")
	cmd := exec.CommandContext(t.Context(), "dateline", append([]string{"bench"}, append(args, "--json", "--data", dir)...)...)
	// Settings of the machine must not lead a bench to somebody's newsroom.
	cmd.Env = append(os.Environ(), "DATELINE_DATA="+elsewhere, "DATELINE_DATABASE=sqlite:"+elsewhere)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v, want exit 0; it said:\n%s", err, &errOut)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("it left %v behind", left)
	}
	if _, err := os.Stat(elsewhere); err == nil {
		t.Error("it used the newsroom that DATELINE_DATA names")
	}
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("--json printed %d lines, want 1:\n%s", n, &out)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(out.Bytes(), &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bench", "machine", "figures", "missing"} {
		if len(members[name]) == 0 || string(members[name]) == "null" {
			t.Errorf("the line has no %q:\n%s", name, &out)
		}
	}
	var r benchReport
	dec := json.NewDecoder(&out)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(r.Machine, "cores") || !strings.Contains(r.Machine, "go1.") {
		t.Errorf("machine %q, want its processor, cores and Go version", r.Machine)
	}
	names := map[string]bool{}
	for _, f := range r.Figures {
		if f.Name == "" || f.Unit == "" || names[f.Name] || f.Goal == nil && !f.Meets {
			t.Errorf("figure %+v: without a name or unit, or twice, or failing no goal", f)
		}
		names[f.Name] = true
	}
	return r
}

// wantFigures fails for goals that were not measured, unless this system cannot.
func wantFigures(t *testing.T, r benchReport, starts ...string) {
	t.Helper()
	for _, start := range starts {
		measured := slices.ContainsFunc(r.Figures, func(f benchFigure) bool { return strings.HasPrefix(f.Name, start) && f.Goal != nil })
		missing := slices.ContainsFunc(r.Missing, func(m string) bool { return strings.HasPrefix(m, start) })
		if !measured && !missing {
			t.Errorf("no figure with a goal begins with %q", start)
		}
	}
}

func TestBenchSite(t *testing.T) {
	r := runBench(t, "site", "--size", "50", "--rounds", "1", "--round", "50ms")
	if r.Bench != "site" {
		t.Errorf("bench %q, want site", r.Bench)
	}
	wantFigures(t, r, "import", "start to", "resident memory once ready", "resident memory after 25 pages", "article made for its first reader, CPU",
		"cached article, share", "not modified article, share", "article, scripts", "article with style sheets")
}

func TestBenchPublish(t *testing.T) {
	r := runBench(t, "publish", "--size", "50", "--publications", "5", "--stress", "500ms")
	if r.Bench != "publish" {
		t.Errorf("bench %q, want publish", r.Bench)
	}
	wantFigures(t, r, "publish until seen on page, front, topic, search and feeds, p50", "publish until seen on page, front, topic, search and feeds, p99",
		"not shown once published, of 35 reads", "stress: stale reads")
	for _, f := range r.Figures {
		if f.Goal != nil && *f.Goal == 0 && f.Value != 0 {
			t.Errorf("%s: %g", f.Name, f.Value)
		}
		if f.Name == "stress: publications" && f.Value == 0 || f.Name == "stress: reads checked" && f.Value == 0 {
			t.Errorf("%s: none", f.Name)
		}
	}
}

func TestBenchComments(t *testing.T) {
	r := runBench(t, "comments", "--size", "1000", "--posts", "20", "--flood", "2s")
	if r.Bench != "comments" {
		t.Errorf("bench %q, want comments", r.Bench)
	}
	wantFigures(t, r, "post a comment, p50", "post a comment, p99", "post a comment, mail server dead, p99", "story with 500 comments, first reader",
		"moderators' list held", "article during 50 comments a second")
	for _, f := range r.Figures {
		if f.Name == "spam shown" && f.Value > 0 || f.Name == "good comments turned away" && f.Value > 0 || f.Name == "spam sent" && f.Value == 0 ||
			f.Name == "mails about answers that the mail server took" && f.Value == 0 {
			t.Errorf("%s: %g", f.Name, f.Value)
		}
	}
}

// A collection of real stories stands in for the generated text, and any program that
// speaks the protocol can be measured beside: here the bare part itself.
func TestBenchCorpusBeside(t *testing.T) {
	dir := t.TempDir()
	var lines bytes.Buffer
	for i := range 25 {
		story := map[string]any{"title": "Harbour & ]]> sea " + benchWord(i), "body": "The <b>first</b> paragraph.\n\nThe second & last.", "section": "sport", "id": i}
		if err := json.NewEncoder(&lines).Encode(story); err != nil {
			t.Fatal(err)
		}
	}
	corpus, peer := filepath.Join(dir, "stories.jsonl"), filepath.Join(dir, "peer")
	program, err := exec.LookPath("dateline")
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string]string{corpus: lines.String(), peer: "#!/bin/sh\n" + benchPartEnv + "=bare exec " + program + " bench site\n"} {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r := runBench(t, "site", "--rounds", "1", "--round", "50ms", "--corpus", corpus, "--beside", peer)
	want := map[string]bool{"stories": true, "cached article, CPU of the peer": true}
	for _, f := range r.Figures {
		if f.Name == "stories" && f.Value != 25 {
			t.Errorf("%g stories, want the corpus' 25", f.Value)
		}
		delete(want, f.Name)
	}
	if len(want) > 0 && len(r.Missing) == 0 {
		t.Errorf("figures missing: %v", want)
	}
}

// This program stands in for a peer, too: it takes the orders that a peer gets.
func TestBenchSearch(t *testing.T) {
	program, err := exec.LookPath("dateline")
	if err != nil {
		t.Fatal(err)
	}
	peer := filepath.Join(t.TempDir(), "peer")
	if err := os.WriteFile(peer, []byte("#!/bin/sh\n"+benchPartEnv+"=search exec "+program+" bench site\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	r := runBench(t, "search", "--size", "500", "--mixed", "100ms", "--writes", "20", "--beside", peer)
	if r.Bench != "search" {
		t.Errorf("bench %q, want search", r.Bench)
	}
	starts := []string{"articles made, of a core", "index, of the text", "opening until", "heap", "mixed queries, two workers, with 20 writes", "write until found, p99"}
	for kind := range searchGoals {
		starts = append(starts, kind+", p99")
	}
	wantFigures(t, r, starts...)
	beside := 0
	for _, f := range r.Figures {
		if strings.HasPrefix(f.Name, "peer: ") {
			beside++
		}
		if kind, ok := strings.CutSuffix(f.Name, ", with hits"); ok && f.Value < 90 {
			t.Errorf("%s: %g %% of the queries find something", kind, f.Value)
		}
	}
	if beside < 40 {
		t.Errorf("%d figures of the peer", beside)
	}
}

func TestBenchWrongUsage(t *testing.T) {
	for _, args := range []string{
		"site --size 3", "site --rounds 0", "site --round 1h", "site --database sqlite:x", "publish --stress 1ms", "publish --publications 0", "publish --beside x", "alerts --kills -1", "alerts --paced 1ms",
		"search --mixed 1ms", "search --writes 0", "search --database postgres://x/y", "serach", "",
	} {
		var out, errOut bytes.Buffer
		if code := run(t.Context(), append([]string{"bench"}, strings.Fields(args)...), nil, &out, &errOut); code != 2 {
			t.Errorf("bench %s: exit %d, want 2; it said: %s", args, code, &errOut)
		}
	}
}

func TestBenchFailures(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	broken := filepath.Join(t.TempDir(), "broken")
	for path, text := range map[string]string{empty: `{"headline":"One","body":"x"}`, broken: `{"headline":"One"}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for corpus, want := range map[string]string{"/not/there": "no such file", empty: "at least 20 stories", broken: "story 1 of the corpus"} {
		var out, errOut bytes.Buffer
		code := run(t.Context(), []string{"bench", "site", "--data", t.TempDir(), "--corpus", corpus}, nil, &out, &errOut)
		if code != 1 || !strings.Contains(errOut.String(), want) {
			t.Errorf("--corpus %s: exit %d, %q; want 1 and %q", corpus, code, &errOut, want)
		}
	}
}

func TestQuantiles(t *testing.T) {
	ms := func(n ...int) (all []time.Duration) {
		for _, x := range n {
			all = append(all, time.Duration(x)*time.Millisecond)
		}
		return all
	}
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = 100 - i
	}
	for _, c := range []struct {
		all  []time.Duration
		q    float64
		want time.Duration
	}{
		{nil, 0.5, 0}, {ms(7), 0.99, 7 * time.Millisecond}, {ms(3, 1, 2), 0.5, 2 * time.Millisecond},
		{ms(hundred...), 0.5, 50 * time.Millisecond}, {ms(hundred...), 0.99, 99 * time.Millisecond}, {ms(hundred...), 1, 100 * time.Millisecond},
	} {
		if got := quantile(c.all, c.q); got != c.want {
			t.Errorf("quantile %g of %d values = %s, want %s", c.q, len(c.all), got, c.want)
		}
	}
	for v, want := range map[float64]float64{0: 0, 0.123456: 0.1235, 98765: 98770, 1234: 1234, 19.99999: 20} {
		if got := digits(v); got != want {
			t.Errorf("digits(%g) = %g, want %g", v, got, want)
		}
	}
	if got := median([]float64{4, 1, 3, 2}); got != 2.5 {
		t.Errorf("median = %g, want 2.5", got)
	}
}

// The stress must see a stale page when there is one.
func TestStressSeesStale(t *testing.T) {
	x := &stressed{wrong: map[string]int{}}
	var said stressCounts
	said[1], said[2] = 5, 7
	for _, c := range []struct {
		name  string
		page  stressPage
		body  string
		stale bool
	}{
		{"all current", stressPage{story: -1}, stressHeadline(1, 5) + stressHeadline(2, 8), false},
		{"one old", stressPage{story: -1}, stressHeadline(1, 5) + stressHeadline(2, 6), true},
		{"one missing", stressPage{story: -1}, stressHeadline(2, 7), true},
		{"an old copy beside a new", stressPage{story: 1}, stressHeadline(1, 6) + stressHeadline(1, 4), true},
		{"an article alone", stressPage{story: 1}, stressHeadline(1, 6), false},
		{"an article with an old related story", stressPage{story: 1}, stressHeadline(1, 6) + stressHeadline(2, 3), true},
		{"an article without itself", stressPage{story: 1}, "nothing", true},
	} {
		before := x.stale.Load()
		c.page.held = stressCountsOf(c.body)
		x.check(&c.page, said, 200)
		if got := x.stale.Load() > before; got != c.stale {
			t.Errorf("%s: stale %t, want %t", c.name, got, c.stale)
		}
	}
}
