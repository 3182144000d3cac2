package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dateline/internal/store/pgtest"
)

// crashRounds is how often each engine is killed in the middle of work.
const crashRounds = 50

// Nothing acknowledged is lost and nothing is half done, whenever the process is
// killed; with PostgreSQL, also when the database is.
func TestKilledWhilePublishing(t *testing.T) {
	long(t)
	t.Run("sqlite", func(t *testing.T) { killRounds(t, serve(t, ""), nil) })
	t.Run("postgres", func(t *testing.T) {
		pg := pgtest.Own(t)
		killRounds(t, serve(t, pg.Database(t)), pg)
	})
}

// A state is what one story should be for everybody who asks.
type state struct {
	status      string
	revision    int
	version     int
	headline    string // of the latest revision
	shown       string // the headline that readers see
	corrections []string
	path        string
}

// A record is the client's journal of one story: what was acknowledged, and what it
// would be if the one request that nobody answered had been done.
type record struct {
	id    string
	acked state
	next  *state
}

// A journal is what the clients of one round were told.
type journal struct {
	mu       sync.Mutex
	topic    string
	records  []*record
	pictures []string // addresses of acknowledged pictures
	acked    map[string]int
}

func killRounds(t *testing.T, s *server, pg *pgtest.Cluster) {
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	total := map[string]int{}
	unanswered, done := 0, 0
	began := time.Now()
	var recover time.Duration
	for round := range crashRounds {
		j := &journal{topic: fmt.Sprintf("Round %d", round), acked: map[string]int{}}
		end := s.write(j, round)
		after := 20 + rnd.IntN(330)
		if pg != nil {
			after += 300 // a node that was killed is waited for until its lease is over
		}
		time.Sleep(time.Duration(after) * time.Millisecond) // the random moment is the test
		// What dies: the program, with PostgreSQL now and then the database, or both.
		killDatabase, killUs := pg != nil && round%5 >= 3, pg == nil || round%5 != 3
		if killDatabase {
			pg.Halt()
		}
		if killUs {
			s.kill()
		}
		end()
		if killDatabase {
			if err := pg.Start(); err != nil {
				t.Fatal(err)
			}
		}
		at := time.Now()
		if killUs {
			s.launch()
		}
		s.ready(20 * time.Second)
		recover = max(recover, time.Since(at))
		j.check(t, s)
		if t.Failed() {
			t.Fatalf("in round %d, %d ms after its beginning (database killed: %v, dateline killed: %v)", round, after, killDatabase, killUs)
		}
		for what, n := range j.acked {
			total[what] += n
		}
		for _, r := range j.records {
			if r.next != nil {
				unanswered++
				if r.acked.revision != r.next.revision || r.acked.status != r.next.status {
					done++
				}
			}
		}
	}
	if out, _, code := s.command("doctor"); code != 0 && !strings.Contains(out, "nobody here may publish") {
		t.Errorf("doctor after all rounds: exit %d\n%s", code, out)
	}
	t.Logf("%d rounds in %.1f s; acknowledged %v, all there; %d requests unanswered; slowest recovery %v",
		crashRounds, time.Since(began).Seconds(), total, unanswered, recover.Round(time.Millisecond))
	if total["publish"] < crashRounds {
		t.Errorf("only %d publications were acknowledged in %d rounds: the rounds test too little", total["publish"], crashRounds)
	}
}

// write has three clients work until the server no longer answers; end waits for them.
func (s *server) write(j *journal, round int) (end func()) {
	var all sync.WaitGroup
	var stories atomic.Int64
	for w := range 3 {
		all.Go(func() {
			for k := 0; stories.Add(1) <= 24; k++ {
				if !s.life(j, fmt.Sprintf("%d-%d-%d", round, w, k), k) {
					return
				}
			}
		})
	}
	all.Go(func() {
		for n := range 4 {
			r, err := s.tryUpload(smallPicture(round*4 + n))
			if err != nil || r.status != 201 {
				return
			}
			var m media
			if json.Unmarshal(r.body, &m) != nil || len(m.Renditions) == 0 {
				return
			}
			j.mu.Lock()
			j.acked["upload"]++
			j.pictures = append(j.pictures, s.path(m.Renditions[0].URL))
			j.mu.Unlock()
		}
	})
	return all.Wait
}

// life is one story's, from draft to correction and sometimes to its end. It reports
// false when a request got no good answer.
func (s *server) life(j *journal, name string, k int) bool {
	r := &record{}
	headline := func(n int) string { return fmt.Sprintf("Story %s as saved %d times", name, n) }
	step := func(what string, want state, method, path string, in any, how ...with) bool {
		j.mu.Lock()
		r.next = &want
		j.mu.Unlock()
		res, err := s.try(method, "/api/v1/stories"+path, in, how...)
		if err != nil || res.status >= 300 {
			return false
		}
		var st story
		if err := json.Unmarshal(res.body, &st); err != nil {
			return false
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		if r.id == "" {
			r.id = st.ID
		}
		if st.URL != "" && want.path == "" {
			want.path = s.path(st.URL)
		}
		r.acked, r.next = want, nil
		j.acked[what]++
		return true
	}
	j.mu.Lock()
	j.records = append(j.records, r)
	j.mu.Unlock()
	now := state{status: "draft", revision: 1, headline: headline(1)}
	if !step("create", now, "POST", "", fields{
		"headline": now.headline, "section": "world", "topics": []string{j.topic}, "body": "Text of story " + name + ".",
	}) {
		return false
	}
	publish := func() bool {
		now = r.acked
		now.status, now.version, now.shown = "published", now.version+1, now.headline
		return step("publish", now, "POST", "/"+r.id+"/publish", fields{})
	}
	if !publish() {
		return false
	}
	now = r.acked
	now.revision, now.headline = 2, headline(2)
	if !step("revise", now, "PATCH", "/"+r.id, fields{"headline": now.headline}, header("If-Match", `"1"`)) {
		return false
	}
	if k%2 == 0 && !publish() {
		return false
	}
	now = r.acked
	now.corrections = []string{"What was wrong in " + name + " is right now."}
	if !step("correct", now, "POST", "/"+r.id+"/corrections", fields{"kind": "correction", "text": now.corrections[0]}) {
		return false
	}
	now = r.acked
	switch k % 3 {
	case 1:
		now.status = "taken-down"
		return step("take down", now, "POST", "/"+r.id+"/take-down", fields{"notice": "Withdrawn."})
	case 2:
		now.status = "killed"
		return step("kill", now, "POST", "/"+r.id+"/kill", fields{})
	}
	return true
}

// smallPicture is a JPEG like no other.
func smallPicture(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for y := range 200 {
		for x := range 320 {
			m.Set(x, y, color.RGBA{uint8(x + n), uint8(y + n>>4), uint8(n * 7), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err) // a picture in memory
	}
	return b.Bytes()
}

// check compares all outputs with the journal and with each other.
func (j *journal) check(t *testing.T, s *server) {
	t.Helper()
	slug := strings.ReplaceAll(strings.ToLower(j.topic), " ", "-")
	known := map[string]state{}
	for _, r := range j.records {
		if r.id == "" {
			continue // its creation was not acknowledged; it is found below if it was done
		}
		res := s.get("/api/v1/stories/" + r.id)
		if res.status != 200 {
			t.Errorf("story %s was acknowledged (%+v) and is not there: %d", r.id, r.acked, res.status)
			continue
		}
		var got story
		if err := json.Unmarshal(res.body, &got); err != nil {
			t.Fatal(err)
		}
		switch {
		case r.acked.is(got):
			known[r.id] = r.acked
		case r.next != nil && r.next.is(got):
			known[r.id] = *r.next
		default:
			t.Errorf("story %s is %+v\nacknowledged: %+v\nin flight: %+v", r.id, got, r.acked, r.next)
			continue
		}
		k := known[r.id]
		k.path = got.Path
		known[r.id] = k
	}

	var shown []string // paths that readers may see, by the API
	var newest story
	for _, st := range s.list("topic=" + slug) {
		k, ok := known[st.ID]
		if !ok { // created, not acknowledged: then it is an untouched draft
			if st.Status != "draft" || st.Revision != 1 || st.Version != 0 {
				t.Errorf("a story that nobody was told of is %+v", st)
			}
			continue
		}
		if st.Status == "published" {
			shown = append(shown, k.path)
			newest = st
		}
	}
	slices.Sort(shown)
	for _, k := range known {
		j.checkPage(t, s, k)
	}
	same := func(what string, got []string) {
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, shown) {
			t.Errorf("%s shows %v\nthe API %v", what, got, shown)
		}
	}
	same("the topic's pages", s.listed("/topics/"+slug))
	same("the topic's feed", s.feed("/topics/"+slug+"/feed.json"))
	same("search", s.found("topic="+slug))
	var mapped []string
	every := s.shows("/sitemap.xml", 200)
	for _, k := range known {
		if k.path != "" && strings.Contains(every, "<loc>"+s.origin+k.path+"</loc>") {
			mapped = append(mapped, k.path)
		}
	}
	same("the sitemap", mapped)
	if newest.ID != "" {
		for _, place := range []string{"/", "/sections/world", "/feed.rss"} {
			text := s.shows(place, 200)
			some := false
			for _, p := range shown {
				some = some || strings.Contains(text, p)
			}
			if !some {
				t.Errorf("GET %s shows none of the round's stories", place)
			}
			for _, k := range known {
				if k.status != "published" && k.path != "" && strings.Contains(text, k.path) {
					t.Errorf("GET %s shows %s, which is %s", place, k.path, k.status)
				}
			}
		}
	}
	for _, p := range j.pictures {
		if r := s.send("GET", p, nil, header("Authorization", "Bearer "+s.token)); r.status != 200 || len(r.body) == 0 {
			t.Errorf("GET %s, acknowledged, = %d", p, r.status)
		}
		if r := s.get(p); r.status != 404 {
			t.Errorf("GET %s, used by no story, = %d, want 404", p, r.status)
		}
	}
}

func (k state) is(got story) bool {
	var said []string
	for _, c := range got.Corrections {
		said = append(said, c.Text)
	}
	return got.Status == k.status && got.Revision == k.revision && got.Version == k.version &&
		got.Headline == k.headline && slices.Equal(said, k.corrections)
}

var h1 = regexp.MustCompile(`(?s)<h1[^>]*data-part="headline"[^>]*>(.*?)</h1>`)

// checkPage looks at one story as readers do.
func (j *journal) checkPage(t *testing.T, s *server, k state) {
	t.Helper()
	if k.path == "" {
		return
	}
	r := s.get(k.path)
	want := map[string]int{"published": 200, "taken-down": 410}[k.status]
	if want == 0 {
		want = 404
	}
	if r.status != want {
		t.Errorf("GET %s = %d, want %d for a story that is %s", k.path, r.status, want, k.status)
		return
	}
	if want != 200 {
		if strings.Contains(r.text(), k.shown) {
			t.Errorf("GET %s = %d still shows the headline", k.path, r.status)
		}
		return
	}
	m := h1.FindStringSubmatch(r.text())
	if m == nil || !strings.Contains(m[1], k.shown) {
		t.Errorf("GET %s has the headline %q, want %q", k.path, m, k.shown)
	}
	for _, c := range k.corrections {
		if !strings.Contains(r.text(), c) {
			t.Errorf("GET %s lacks its correction", k.path)
		}
	}
	// By its own words, too, not only by its topic.
	word := strings.Fields(k.shown)[1]
	hits := s.found("q=" + url.QueryEscape(`"`+word+`"`))
	if !slices.Contains(hits, k.path) {
		t.Errorf("search for %q finds %v, not %s", word, hits, k.path)
	}
}

// list gives the API's stories.
func (s *server) list(query string) []story {
	s.t.Helper()
	r := s.get("/api/v1/stories?limit=100&" + query)
	if r.status == 422 { // no such topic
		return nil
	}
	var l struct{ Items []story }
	if err := json.Unmarshal(r.body, &l); err != nil || r.status != 200 {
		s.t.Fatalf("list of stories = %d: %.300s", r.status, r.body)
	}
	return l.Items
}

var articleLink = regexp.MustCompile(`href="(/\d{4}/\d\d/\d\d/[^"/#?]+)"`)

// listed gives the articles on a listing's pages.
func (s *server) listed(path string) []string {
	s.t.Helper()
	var all []string
	for page := 1; ; page++ {
		r := s.get(fmt.Sprintf("%s?page=%d", path, page))
		_, main, _ := strings.Cut(r.text(), "<main")
		main, _, _ = strings.Cut(main, "</main>")
		found := articleLink.FindAllStringSubmatch(main, -1)
		if r.status != 200 || len(found) == 0 {
			return all
		}
		for _, m := range found {
			all = append(all, m[1])
		}
	}
}

// feed gives the articles of a JSON feed.
func (s *server) feed(path string) []string {
	s.t.Helper()
	r := s.get(path)
	if r.status == 404 {
		return nil
	}
	var f struct {
		Items []struct{ URL string }
	}
	if err := json.Unmarshal(r.body, &f); err != nil {
		s.t.Fatalf("GET %s = %d: %v", path, r.status, err)
	}
	var all []string
	for _, i := range f.Items {
		all = append(all, s.path(i.URL))
	}
	return all
}

// found gives the articles that the API's search finds, as anybody.
func (s *server) found(query string) []string {
	s.t.Helper()
	r := s.send("GET", "/api/v1/search?limit=100&"+query, nil, anonymous)
	var f struct {
		Items []struct{ URL string }
		Total int
	}
	if err := json.Unmarshal(r.body, &f); err != nil || r.status != 200 {
		s.t.Fatalf("search for %s = %d: %.300s", query, r.status, r.body)
	}
	var all []string
	for _, i := range f.Items {
		all = append(all, s.path(i.URL))
	}
	if f.Total != len(all) {
		s.t.Errorf("search for %s counts %d and shows %d", query, f.Total, len(all))
	}
	return all
}
