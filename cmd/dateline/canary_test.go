package main_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// A canary is 32 bytes that stand in everything a story has, and must be found in
// nothing that anybody can fetch before the story may be seen.
func canary() string {
	var b [16]byte
	rand.Read(b[:])
	return "z" + hex.EncodeToString(b[:])[1:] // no digit first: a word for search too
}

// A planted story carries a canary in every field.
type planted struct {
	name, canary string
	id           string
	media        media
	at           string // where it is, was or would be
}

// plant makes a draft with the canary everywhere.
func (s *server) plant(name string, more fields) planted {
	s.t.Helper()
	p := planted{name: name, canary: canary()}
	c := p.canary
	p.media = s.upload(smallPicture(len(name)*31 + int(c[5])))
	f := fields{
		"headline": "Headline " + c, "standfirst": "Standfirst " + c, "kicker": "Kicker " + c[:20], "short_headline": "Short " + c,
		"dateline": "Town " + c, "byline": []string{"Writer " + c}, "section": "world", "topics": []string{"Shared matter", "Topic " + c},
		"body":    "First words " + c + ".\n\n![alt " + c + "](media:" + p.media.ID + " \"caption " + c + " | credit " + c + "\")\n\nLast words.",
		"picture": fields{"media": p.media.ID, "caption": "Caption " + c, "credit": "Credit " + c, "alt": "Alt " + c},
		"slug":    "slug-" + c, "note": "Note " + c,
	}
	for k, v := range more {
		f[k] = v
	}
	st := s.api("POST", "/stories", f, 201)
	p.id = st.ID
	p.at = "/" + time.Now().UTC().Format("2006/01/02") + "/slug-" + c
	return p
}

// A walker fetches every public output, following every link of the site.
type walker struct {
	s     *server
	seen  map[string]reply
	queue []string
}

// everything is what no link need lead to.
var everything = []string{
	"/", "/search", "/alerts", "/feed.rss", "/feed.atom", "/feed.json", "/sitemap.xml", "/sitemap/1", "/sitemap-news.xml", "/robots.txt",
	"/manifest.webmanifest", "/sw.js", "/favicon.ico", "/healthz", "/readyz", "/metrics", "/nothing-here", "/2026/01/01/nothing", "/desk/", "/desk/sign-in",
	"/alerts/feed.rss", "/search?sort=newest", "/search?section=world", "/search?topic=shared-matter", "/search?from=2020-01-01",
	"/search?q=words", "/search?q=headline", "/search?q=slug", "/search?q=z", "/api/openapi.json", "/api/v1/search", "/api/v1/search?limit=100",
	"/api/v1/search?q=words", "/api/v1/search?q=headline&sort=newest", "/api/v1/search?topic=shared-matter", "/api/v1/search?section=world",
	"/api/v1/stories", "/api/v1/topics", "/api/v1/sections", "/api/v1/wire", "/sections/world/feed.json", "/topics/shared-matter/feed.rss",
	"/topics/shared-matter/feed.atom", "/topics/shared-matter/feed.json",
}

func walk(s *server, more ...string) *walker {
	s.t.Helper()
	w := &walker{s: s, seen: map[string]reply{}}
	w.queue = append(slices.Clone(everything), more...)
	for len(w.queue) > 0 {
		p := w.queue[0]
		w.queue = w.queue[1:]
		if _, ok := w.seen[p]; ok || len(w.seen) > 3000 {
			continue
		}
		r := s.send("GET", p, nil, anonymous)
		w.seen[p] = r
		kind := r.header.Get("Content-Type")
		switch {
		case strings.HasPrefix(kind, "text/html"):
			w.links(p, r.body)
			if r.status == 200 && articleLink.MatchString(`href="`+p+`"`) {
				w.queue = append(w.queue, p+".ninjs", p+"/history")
			}
		case strings.Contains(kind, "json"), strings.Contains(kind, "xml"), strings.HasPrefix(kind, "text/plain"):
			w.addresses(r.body)
		}
	}
	return w
}

// links notes every address on a page.
func (w *walker) links(from string, body []byte) {
	base, err := url.Parse(w.s.origin + from)
	if err != nil {
		w.s.t.Fatal(err)
	}
	z := html.NewTokenizer(bytes.NewReader(body))
	for z.Next() != html.ErrorToken {
		for _, a := range z.Token().Attr {
			var list []string
			switch a.Key {
			case "href", "src", "action", "content":
				list = []string{a.Val}
			case "srcset":
				for one := range strings.SplitSeq(a.Val, ",") {
					list = append(list, strings.Fields(one)[0])
				}
			}
			for _, l := range list {
				if a.Key == "content" && !strings.HasPrefix(l, w.s.origin) {
					continue
				}
				if u, err := base.Parse(l); err == nil && u.Scheme+"://"+u.Host == w.s.origin {
					u.Fragment = ""
					w.queue = append(w.queue, u.RequestURI())
				}
			}
		}
	}
}

// addresses notes every address of this site in a text of any form.
func (w *walker) addresses(body []byte) {
	for part := range strings.SplitSeq(string(body), w.s.origin) {
		end := strings.IndexAny(part, "\"'<> \n\\)")
		if end > 0 && part[0] == '/' {
			w.queue = append(w.queue, html.UnescapeString(part[:end]))
		}
	}
}

// where gives the outputs that hold a text, in their bodies or headers.
func (w *walker) where(text string) []string {
	var at []string
	for p, r := range w.seen {
		if bytes.Contains(bytes.ToLower(r.body), []byte(strings.ToLower(text))) || strings.Contains(strings.ToLower(fmt.Sprint(r.header)), text) {
			at = append(at, p)
		}
	}
	slices.Sort(at)
	return at
}

// requestID is what differs in every problem of the API's.
var requestID = regexp.MustCompile(`"request_id":"[^"]*"`)

// alike asks two addresses, one with the canary and one with a word of the same form
// that stands nowhere, and wants the same answer but for the word itself.
func (s *server) alike(form, real string) {
	s.t.Helper()
	other := canary()
	ask := func(word string) string {
		r := s.send("GET", fmt.Sprintf(form, word), nil, anonymous)
		for _, h := range []string{"Date", "Etag", "Content-Length"} {
			r.header.Del(h)
		}
		body := requestID.ReplaceAllString(r.text(), "")
		return strings.ReplaceAll(fmt.Sprintf("%d %v %s", r.status, r.header, body), word, "WORD")
	}
	if a, b := ask(real), ask(other); a != b {
		s.t.Errorf("GET %s tells the hidden story from none:\n%.600s\n--\n%.600s", form, a, b)
	}
}

// questions are what somebody who suspects the story would ask.
var questions = []string{
	"/search?q=%s", "/search?q=%%22%s%%22", "/search?topic=topic-%s", "/search?author=writer-%s", "/search?q=%s&sort=newest",
	"/api/v1/search?q=%s", "/api/v1/search?topic=topic-%s", "/api/v1/search?author=writer-%s", "/topics/topic-%s", "/topics/topic-%s/feed.rss",
	"/topics/topic-%s/feed.json", "/authors/writer-%s", "/authors/writer-%s/feed.atom", "/slug-%s",
}

// Nothing leaves early: a story that readers may not see is in no output at all.
func TestCanary(t *testing.T) {
	long(t)
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database)
		shown := s.published(fields{"headline": "A plain story", "section": "world", "topics": []string{"Shared matter"}, "body": "Words of the plain story."})

		hidden := []planted{s.plant("draft", nil), s.plant("submitted", nil), s.plant("approved", nil), s.plant("spiked", nil),
			s.plant("killed draft", nil), s.plant("scheduled", nil), s.plant("later embargo", fields{"embargo_until": time.Now().Add(time.Hour).Format(time.RFC3339)})}
		s.api("POST", "/stories/"+hidden[1].id+"/submit", fields{}, 200)
		s.api("POST", "/stories/"+hidden[2].id+"/approve", fields{}, 200)
		s.api("POST", "/stories/"+hidden[3].id+"/spike", fields{}, 200)
		s.api("POST", "/stories/"+hidden[4].id+"/kill", fields{}, 200)
		s.api("POST", "/stories/"+hidden[5].id+"/schedule", fields{"publish_at": time.Now().Add(time.Hour).Format(time.RFC3339)}, 200)
		if r := s.send("POST", "/api/v1/stories/"+hidden[6].id+"/publish", fields{}); r.status != 409 {
			t.Errorf("publish before the embargo's end = %d, want 409", r.status)
		}
		// A published story whose next revision, with everything in it, is not published.
		revised := s.plant("revision", nil)
		revised.id, revised.at = shown.ID, s.path(shown.URL)
		c := revised.canary
		got := s.send("GET", "/api/v1/stories/"+shown.ID, nil)
		s.api("PATCH", "/stories/"+shown.ID, fields{"headline": "Headline " + c, "body": "New words " + c, "topics": []string{"Shared matter", "Topic " + c},
			"byline": []string{"Writer " + c}, "picture": fields{"media": revised.media.ID, "caption": "Caption " + c, "credit": c, "alt": c}, "note": c},
			200, header("If-Match", got.header.Get("ETag")))

		// The one whose second comes, and stories that carry its card.
		release := time.Now().Add(time.Hour)
		due := s.plant("embargo", fields{"embargo_until": release.Format(time.RFC3339Nano)})
		s.api("POST", "/stories/"+due.id+"/schedule", fields{}, 200)
		host := s.published(fields{"headline": "The host", "section": "politics", "topics": []string{"Shared matter"}, "body": "Words.\n\n[[story:" + due.id + "]]\n\nMore words."})
		taken := s.plant("taken down", nil)
		killed := s.plant("killed", nil)
		for _, p := range []*planted{&taken, &killed} {
			st := s.api("POST", "/stories/"+p.id+"/publish", fields{}, 200)
			p.at = s.path(st.URL)
		}
		second := s.published(fields{"headline": "The second host", "section": "culture", "topics": []string{"Shared matter"},
			"body": "Words.\n\n[[story:" + taken.id + "]]\n\n[[story:" + killed.id + "]]\n"})

		before := walk(s, "/topics/shared-matter", s.path(host.URL), s.path(second.URL))
		for _, p := range []planted{taken, killed} {
			if n := len(before.where(p.canary)); n < 12 {
				t.Errorf("the walker finds a published story in %d outputs only: %v", n, before.where(p.canary))
			}
			if s.get(s.path(p.media.Renditions[0].URL)).status != 200 {
				t.Errorf("the picture of the %s story was not public while it was published", p.name)
			}
		}
		s.api("POST", "/stories/"+taken.id+"/take-down", fields{"notice": "It was wrong."}, 200)
		s.api("POST", "/stories/"+killed.id+"/kill", fields{}, 200)

		hidden = append(hidden, due, revised, taken, killed)
		for _, p := range hidden {
			more := []string{p.at, p.at + "/history", p.at + ".ninjs", "/api/v1/stories/" + p.id, "/api/v1/stories/" + p.id + "/related",
				"/api/v1/stories/" + p.id + "/versions", "/api/v1/media/" + p.media.ID, "/desk/stories/" + p.id, "/?p=" + p.id}
			w := walk(s, more...)
			var leaks []string
			for _, at := range w.where(p.canary) {
				// What we asked for ourselves comes back in an address, nowhere else.
				if !strings.Contains(strings.ReplaceAll(strings.ToLower(string(w.seen[at].body)), strings.ToLower(p.at), ""), p.canary) {
					continue
				}
				leaks = append(leaks, at)
			}
			if len(leaks) > 0 {
				t.Errorf("%s: the canary is in %v", p.name, leaks)
			}
			want := map[string]int{"revision": 200, "taken down": 410}[p.name]
			if want == 0 {
				want = 404
			}
			if r := w.seen[p.at]; r.status != want {
				t.Errorf("%s: GET %s = %d, want %d", p.name, p.at, r.status, want)
			}
			for _, m := range p.media.Renditions {
				if r := s.get(s.path(m.URL)); r.status != 404 {
					t.Errorf("%s: GET %s = %d, want 404", p.name, s.path(m.URL), r.status)
				}
			}
			for _, q := range questions {
				s.alike(q, p.canary)
			}
			if p.name != "revision" && p.name != "taken down" && p.name != "killed" {
				s.alike("/"+time.Now().UTC().Format("2006/01/02")+"/slug-%s", p.canary)
			}
			s.t = t
		}
		t.Logf("%d outputs walked for each of %d hidden stories", len(before.seen), len(hidden))

		// The second comes.
		release = time.Now().Add(2 * time.Second).Truncate(time.Millisecond)
		got = s.send("GET", "/api/v1/stories/"+due.id, nil)
		s.api("PATCH", "/stories/"+due.id, fields{"embargo_until": release.Format(time.RFC3339Nano)}, 200, header("If-Match", got.header.Get("ETag")))
		s.api("POST", "/stories/"+due.id+"/schedule", fields{"publish_at": release.Format(time.RFC3339Nano)}, 200)
		slug := "topic-" + due.canary
		outputs := []string{due.at, due.at + "/history", due.at + ".ninjs", "/", "/sections/world", "/topics/" + slug, "/topics/shared-matter", "/authors/writer-" + due.canary,
			"/feed.rss", "/feed.atom", "/feed.json", "/sections/world/feed.rss", "/topics/" + slug + "/feed.json", "/authors/writer-" + due.canary + "/feed.atom",
			"/search?q=headline", "/api/v1/search?q=headline&limit=100", "/sitemap.xml", "/sitemap-news.xml", s.path(host.URL)}
		first := map[string]time.Time{}
		for len(first) < len(outputs) && time.Since(release) < 5*time.Second {
			for _, o := range outputs {
				if _, ok := first[o]; ok {
					continue
				}
				r := s.send("GET", o, nil, anonymous)
				if r.status == 200 && strings.Contains(r.text(), due.canary) {
					first[o] = time.Now()
				}
			}
			if r := s.get(s.path(due.media.Renditions[0].URL)); r.status == 200 && time.Now().Before(release) {
				t.Errorf("the picture is public %v early", time.Until(release))
			}
		}
		var slowest time.Duration
		for _, o := range outputs {
			at, ok := first[o]
			switch {
			case !ok:
				t.Errorf("after its second, GET %s does not show it", o)
			case at.Before(release):
				t.Errorf("GET %s shows it %v early", o, release.Sub(at))
			default:
				slowest = max(slowest, at.Sub(release))
			}
		}
		if slowest > time.Second {
			t.Errorf("shown everywhere %v after its second, want 1 s", slowest)
		}
		t.Logf("in %d outputs %v after its second", len(first), slowest.Round(time.Millisecond))
		if r := s.get(s.path(due.media.Renditions[0].URL)); r.status != 200 {
			t.Errorf("its picture = %d after its second", r.status)
		}

		// And goes again, everywhere, when Kill answers.
		s.api("POST", "/stories/"+due.id+"/kill", fields{}, 200)
		for _, o := range outputs {
			if r := s.send("GET", o, nil, anonymous); strings.Contains(strings.ReplaceAll(r.text(), due.at, ""), due.canary) {
				t.Errorf("when Kill has answered, GET %s still shows the story", o)
			}
		}
		if r := s.get(s.path(due.media.Renditions[0].URL)); r.status != 404 {
			t.Errorf("its picture = %d after Kill", r.status)
		}
	})
}

// The time that a 404 takes tells nothing: as long for an embargoed story's address
// to be as for one that nobody will ever have.
func TestNotFoundTakesAsLong(t *testing.T) {
	long(t)
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database)
		day := "/" + time.Now().UTC().Format("2006/01/02") + "/"
		const n = 60
		var real, random []string
		for range n {
			c := canary()
			st := s.api("POST", "/stories", fields{"headline": c, "slug": c, "section": "world", "body": c, "embargo_until": time.Now().Add(time.Hour).Format(time.RFC3339)}, 201)
			s.api("POST", "/stories/"+st.ID+"/schedule", fields{}, 200)
			real, random = append(real, day+c), append(random, day+canary())
		}
		for range 50 {
			s.shows(day+canary(), 404) // warm
		}
		var first, again [2][]float64
		for i := range n {
			pair := []string{real[i], random[i]}
			for k := range 2 {
				k = (k + i) % 2 // neither is always first
				first[k] = append(first[k], float64(s.get(pair[k]).took.Microseconds()))
			}
			for range 4 {
				for k := range 2 {
					again[k] = append(again[k], float64(s.get(pair[k]).took.Microseconds()))
				}
			}
		}
		for _, c := range []struct {
			name string
			v    [2][]float64
		}{{"when asked first", first}, {"when asked again", again}} {
			z := rankSum(c.v[0], c.v[1])
			t.Logf("%s: medians %v and %v µs, z = %.2f", c.name, median(c.v[0]), median(c.v[1]), z)
			if math.Abs(z) > 4 {
				t.Errorf("%s, the embargoed story's 404 can be told by its time: medians %v and %v µs, z = %.1f", c.name, median(c.v[0]), median(c.v[1]), z)
			}
		}
	})
}

func median(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// rankSum is the normal score of Mann and Whitney's test: beyond 4 by chance once in
// 16,000 times.
func rankSum(a, b []float64) float64 {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	rank := func(x float64) float64 { // ties share theirs
		from, _ := slices.BinarySearch(all, x)
		to, _ := slices.BinarySearch(all, math.Nextafter(x, math.Inf(1)))
		return float64(from+to+1) / 2
	}
	sum := 0.0
	for _, x := range a {
		sum += rank(x)
	}
	n, m := float64(len(a)), float64(len(b))
	return (sum - n*(n+m+1)/2) / math.Sqrt(n*m*(n+m+1)/12)
}
