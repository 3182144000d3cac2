package site

import (
	"bytes"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dateline/internal/news"
)

func get(t *testing.T, s *Site, path string) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec
}

func parsed(t *testing.T, rec *httptest.ResponseRecorder) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(rec.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// inputs are the values of a field's boxes, with * on those that are ticked.
func inputs(doc *html.Node, name string) (out []string) {
	for _, e := range elements(doc) {
		if e.Data == "input" && attr(e, "name") == name {
			v := attr(e, "value")
			if hasAttr(e, "checked") {
				v += "*"
			}
			out = append(out, v)
		}
	}
	return out
}

// The page offers only what this server does.
func TestAlertsPageOffersWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		spoil       func(*Config)
		push, mails bool
	}{
		"both":         {nil, true, true},
		"push alone":   {func(c *Config) { c.Mail = false }, true, false},
		"mail alone":   {func(c *Config) { c.Push = nil }, false, true},
		"neither":      {func(c *Config) { c.Push, c.Mail = nil, false }, false, false},
		"nothing kept": {func(c *Config) { c.Push, c.Mailing, c.Alerts = nil, nil, nil }, false, false},
	} {
		rec := get(t, newHouse().site(t, "en", c.spoil), "/alerts")
		body := rec.Body.String()
		if rec.Code != 200 {
			t.Fatalf("%s: GET /alerts = %d", name, rec.Code)
		}
		if got := strings.Contains(body, "data-push-key"); got != c.push {
			t.Errorf("%s: the page has a push key: %v", name, got)
		}
		if got := strings.Contains(body, `type="email"`); got != c.mails {
			t.Errorf("%s: the page asks for a mail address: %v", name, got)
		}
		if got := strings.Contains(body, english.AlertsNone); got == (c.push || c.mails) {
			t.Errorf("%s: it says that none are sent: %v", name, got)
		}
		if c.push && !strings.Contains(body, english.AlertsNoScript) {
			t.Errorf("%s: it does not say what it needs", name)
		}
		if !strings.Contains(body, "/feed.rss") || !strings.Contains(body, english.LastAlerts) {
			t.Errorf("%s: no feed, or no last alerts", name)
		}
	}
}

func TestAlertsPageFillsInWhatWasAsked(t *testing.T) {
	const hidden = "019abcde-0000-7000-8000-00000000dead"
	s := newHouse().site(t, "en", nil)
	for _, c := range []struct {
		query                 string
		topics, stories, what []string
		stop                  string
	}{
		{"", []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, ""},
		{"?topic=bridges&story=" + sampleStory, []string{"bridges*", "orrin"}, []string{sampleStory + "*"}, []string{"all", "breaking", "chosen*"}, ""},
		{"?topic=no-such&story=" + hidden, []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, ""},
		{"?topic=%3Cscript%3E&story=%22x", []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, ""},
		{"?stop=topic:orrin", []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, "topic:orrin Orrin"},
		{"?stop=topic:gone-since", []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, "topic:gone-since gone-since"},
		{"?stop=story:" + sampleStory, []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, "story:" + sampleStory + " The bridge opens"},
		{"?stop=story:" + hidden, []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, "story:" + hidden + " this story"},
		{"?stop=topic:Call+0900", []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, ""},
		{"?stop=all", []string{"orrin", "bridges"}, nil, []string{"all*", "breaking", "chosen"}, ""},
	} {
		rec := get(t, s, "/alerts"+c.query)
		doc := parsed(t, rec)
		if got := inputs(doc, "topic"); rec.Code != 200 || !slices.Equal(got, c.topics) {
			t.Errorf("%s: %d, topics %v, want %v", c.query, rec.Code, got, c.topics)
		}
		if got := inputs(doc, "story"); !slices.Equal(got, c.stories) {
			t.Errorf("%s: stories %v, want %v", c.query, got, c.stories)
		}
		if got := inputs(doc, "what"); !slices.Equal(got, c.what) {
			t.Errorf("%s: what is %v, want %v", c.query, got, c.what)
		}
		stop := ""
		for _, e := range elements(doc) {
			if attr(e, "data-do") == "drop" {
				stop = attr(e, "data-stop") + " " + attr(e, "data-name")
				if textOf(e) != "Stop notifications on "+attr(e, "data-name") {
					t.Errorf("%s: the button reads %q", c.query, textOf(e))
				}
			}
		}
		if stop != c.stop {
			t.Errorf("%s: it offers to stop %q, want %q", c.query, stop, c.stop)
		}
		robots := strings.Contains(rec.Body.String(), `content="noindex`)
		if robots != (c.query != "") {
			t.Errorf("%s: noindex is %v", c.query, robots)
		}
	}
	if n := s.c.Cache.Stats().Pages; n != 1 {
		t.Errorf("%d pages are kept, want one: there is no end of the others", n)
	}
}

func TestLastAlerts(t *testing.T) {
	h := newHouse()
	s := h.site(t, "en", nil)
	if body := get(t, s, "/alerts").Body.String(); !strings.Contains(body, english.LastAlertsNone) {
		t.Error("before the first alert the page does not say that there was none")
	}
	h.sent = []news.ShownAlert{
		{ID: "3", Kind: news.CorrectionAlert, Title: "Bridge opens, it did not collapse", Language: "en", Address: "/2026/11/25/bridge", At: at(25, 14, 0), Corrected: at(25, 14, 20), Was: "Bridge collapses"},
		{ID: "2", Kind: news.NewsAlert, Title: "جسر أورين يفتح", Body: "Two\nlines & more", Language: "ar", Address: "/2026/11/24/جسر", At: at(24, 9, 0)},
		{ID: "1", Kind: news.WithdrawalAlert, Title: news.Withdrawn, Language: "en", Address: news.AlertsAddress, At: at(23, 9, 0), Corrected: at(23, 9, 5)},
	}
	if body := get(t, s, "/alerts").Body.String(); strings.Contains(body, "collapse") {
		t.Error("the list changed without a change")
	}
	s.c.Cache.Purge(news.AlertsTag)
	var got []string
	for _, e := range elements(parsed(t, get(t, s, "/alerts"))) {
		if e.Data == "li" && strings.HasPrefix(attr(e, "id"), "a-") {
			got = append(got, textOf(e))
			for _, x := range elements(e) {
				if x.Data == "h3" && attr(e, "id") == "a-2" && attr(x, "dir") != "rtl" {
					t.Error("an Arabic alert runs from left to right")
				}
			}
		}
	}
	want := []string{
		"25 November 2026, 14:00 GMT+3 Bridge opens, it did not collapse Corrected 25 November 2026, 14:20 GMT+3 We had said: Bridge collapses",
		"24 November 2026, 09:00 GMT+3 جسر أورين يفتح Two lines & more",
		"23 November 2026, 09:00 GMT+3 " + news.Withdrawn + " Withdrawn 23 November 2026, 09:05 GMT+3",
	}
	for i, w := range want {
		if i >= len(got) || got[i] != w {
			t.Errorf("alert %d reads %q, want %q", i, slices.Concat(got, []string{"", "", ""})[i], w)
		}
	}
	// A story that is hidden may be named on the list.
	h.sent = nil
	s.c.Cache.Purge(news.LatestTag)
	if body := get(t, s, "/alerts").Body.String(); strings.Contains(body, "collapse") {
		t.Error("the list outlives a change of what is shown")
	}
}

func TestAlertsFeed(t *testing.T) {
	h := newHouse()
	h.sent = []news.ShownAlert{
		{ID: "4", Kind: news.CorrectionAlert, Title: "تصحيح: الجسر مفتوح", Language: "ar", Address: "/2026/11/25/bridge", At: at(25, 14, 0), Corrected: at(25, 14, 20)},
		{ID: "3", Kind: news.CorrectionAlert, Title: "Bridge <b>opens</b>", Language: "en", Address: "/2026/11/25/bridge", At: at(25, 14, 0), Corrected: at(25, 14, 20), Was: "Bridge collapses"},
		{ID: "2", Kind: news.NewsAlert, Title: "Parliament votes", Body: "By one.", Language: "en", Address: "/2026/11/24/جسر", At: at(24, 9, 0)},
	}
	s := h.site(t, "en", nil)
	rec := get(t, s, "/alerts/feed.rss")
	text := rec.Body.String()
	if rec.Code != 200 || rec.Header().Get("Content-Type") != "application/rss+xml; charset=utf-8" {
		t.Fatalf("GET /alerts/feed.rss = %d %s", rec.Code, rec.Header().Get("Content-Type"))
	}
	if err := xml.Unmarshal(rec.Body.Bytes(), new(struct{ XMLName xml.Name })); err != nil {
		t.Error(err)
	}
	titles := regexp.MustCompile(`<title>(.*)</title>`).FindAllStringSubmatch(text, -1)
	var got []string
	for _, m := range titles {
		got = append(got, html.UnescapeString(m[1]))
	}
	want := []string{"Dateline: alerts", "تصحيح: الجسر مفتوح", "Correction: Bridge <b>opens</b>", "Parliament votes"}
	if !slices.Equal(got, want) {
		t.Errorf("titles are %q, want %q", got, want)
	}
	for _, part := range []string{"We had said: Bridge collapses", "<link>https://news.example/2026/11/24/%D8%AC%D8%B3%D8%B1</link>", "<pubDate>Wed, 25 Nov 2026"} {
		if !strings.Contains(text, part) {
			t.Errorf("the feed has no %s:\n%s", part, text)
		}
	}
	// Who saw the mistake in a feed reader sees its end: a corrected alert is a new item.
	guids := regexp.MustCompile(`<guid[^>]*>(.*)</guid>`)
	before := guids.FindAllString(text, -1)
	h.sent[2].Kind, h.sent[2].Corrected = news.CorrectionAlert, at(25, 9, 0)
	s.c.Cache.Purge(news.AlertsTag)
	after := guids.FindAllString(get(t, s, "/alerts/feed.rss").Body.String(), -1)
	if before[0] != after[0] || before[2] == after[2] {
		t.Errorf("after a correction the items are %v, before %v", after, before)
	}
}

// Browsers that have the old system's worker, or ours, find ours where they look.
func TestWorkerStandsWhereBrowsersLook(t *testing.T) {
	s := newHouse().site(t, "en", func(c *Config) {
		c.OldWorkers = []string{"/push/old-worker.js", "/sw.js", "relative.js", "/{slug}", ""}
	})
	want := get(t, s, "/sw.js").Body.String()
	if !strings.Contains(want, "showNotification") || strings.Contains(want, "WORDS") || strings.Contains(want, "\n//") {
		t.Errorf("the worker begins %.80q", want)
	}
	for _, path := range append([]string{"/push/old-worker.js"}, s.workers()...) {
		rec := get(t, s, path)
		if rec.Code != 200 || rec.Body.String() != want {
			t.Errorf("GET %s = %d with other bytes than /sw.js", path, rec.Code)
		}
		for name, v := range map[string]string{"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache", "Service-Worker-Allowed": "/", "Content-Security-Policy": "default-src 'none'; connect-src 'self'; img-src 'self' data:"} {
			if got := rec.Header().Get(name); got != v {
				t.Errorf("GET %s has %s: %s, want %s", path, name, got, v)
			}
		}
		if rec.Header().Get("ETag") == "" {
			t.Errorf("GET %s has no ETag", path)
		}
	}
	if n := len(s.workers()); n != 2+len(oldWorkers) {
		t.Errorf("there are %d addresses: %v", n, s.workers())
	}
}

// Every word that a script says is in the tables, and none is there for nothing.
func TestScriptsHaveTheirWords(t *testing.T) {
	said := regexp.MustCompile(`\bw\.(\w+)`)
	states := regexp.MustCompile(`(?:show\(|return |\? |: |then \? show\()'(\w+)'|\['(\w+)'`)
	js, err := assetFiles.ReadFile("assets/alerts.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []*Words{&english, &arabic} {
		have := w.moduleWords("S")
		used := map[string]bool{"site": true} // fills {site}
		for _, m := range said.FindAllStringSubmatch(string(js), -1) {
			used[m[1]] = true
			if have[m[1]] == "" {
				t.Errorf("%s: alerts.js says w.%s, which is no word", w.Lang, m[1])
			}
		}
		for _, m := range states.FindAllStringSubmatch(string(js), -1) {
			used[m[1]+m[2]] = true
		}
		for name, text := range have {
			if text == "" || !used[name] {
				t.Errorf("%s: alerts.js has the word %s = %q and never says it", w.Lang, name, text)
			}
		}
	}
	worker, err := assetFiles.ReadFile("assets/sw.js")
	if err != nil {
		t.Fatal(err)
	}
	made := string(newSample(t, "ar").r.worker)
	for _, m := range said.FindAllStringSubmatch(string(worker), -1) {
		if !strings.Contains(made, `"`+m[1]+`":"`) {
			t.Errorf("sw.js says w.%s, which is no word", m[1])
		}
	}
}

// What a reader fetches who presses a button is light, too.
func TestAlertScriptsAreLight(t *testing.T) {
	for _, lang := range []string{"en", "ar"} {
		s := newSample(t, lang)
		size := func(name string) int {
			req := httptest.NewRequest("GET", s.assets.Path(name), nil)
			req.Header.Set("Accept-Encoding", "br")
			rec := httptest.NewRecorder()
			s.assets.ServeHTTP(rec, req)
			return rec.Body.Len()
		}
		page, module, worker := size("site.js"), size("alerts."+lang+".js"), packed(s.r.worker, 6)
		t.Logf("%s: site.js %d + alerts.js %d = %d; sw.js %d", lang, page, module, page+module, worker)
		if page+module > 6000 || worker > 4000 {
			t.Errorf("%s: site.js %d, alerts.js %d, sw.js %d bytes", lang, page, module, worker)
		}
	}
}
