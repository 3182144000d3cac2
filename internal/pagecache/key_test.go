package pagecache_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"dateline/internal/pagecache"

	"github.com/google/go-cmp/cmp"
)

func params(path string) []string {
	switch path {
	case "/search":
		return []string{"q", "topic", "page"}
	case "/topics/sea":
		return []string{"page"}
	}
	return nil
}

func TestKey(t *testing.T) {
	c := pagecache.New(pagecache.Options{Params: params})
	for _, tc := range []struct{ target, want string }{
		{"/", "/"},
		{"/2026/11/23/bridge", "/2026/11/23/bridge"},
		{"/2026/11/23/bridge?fbclid=1&utm_source=x", "/2026/11/23/bridge"},
		{"/a?", "/a"},
		{"/topics/sea?fbclid=1&page=2&utm_source=x", "/topics/sea?page=2"},
		{"/topics/sea?page=2", "/topics/sea?page=2"},
		{"/topics/sea?%70age=2", "/topics/sea?page=2"},
		{"/topics/sea?page=%32", "/topics/sea?page=2"},
		{"/topics/sea?Page=2", "/topics/sea"},
		{"/topics/sea?page=", "/topics/sea?page="},
		{"/topics/sea?page", "/topics/sea?page="},
		{"/topics/sea?page=2;x=3", "/topics/sea"},
		{"/topics/sea?page=%zz", "/topics/sea"},
		{"/search?page=2&q=sea+side&x=1&topic=b&topic=a", "/search?q=sea+side&topic=b&page=2"},
		{"/search?q=sea%20side&topic=b&page=2", "/search?q=sea+side&topic=b&page=2"},
		{"/search?q=a%26page%3D2", "/search?q=a%26page%3D2"},
		{"/%61bout", "/about"},
		{"/%D8%A8%D8%AD%D8%B1", "/بحر"},
		{"/a%3Fpage=2", "%/a%3Fpage=2"}, // no query
		{"/a%2Fb", "%/a%2Fb"},           // one segment
		{"/a%252Fb", "/a%2Fb"},
	} {
		if got := c.Key(request("GET", tc.target)); got != tc.want {
			t.Errorf("key of %s = %q, want %q", tc.target, got, tc.want)
		}
	}
	if got := pagecache.New(pagecache.Options{}).Key(request("GET", "/topics/sea?page=2")); got != "/topics/sea" {
		t.Errorf("without Params the key of a page with a query is %q", got)
	}
}

func TestStrangeParametersMakeNoRender(t *testing.T) {
	c := pagecache.New(pagecache.Options{Params: params})
	var calls atomic.Int64
	render := html(article(1000), &calls)
	for _, target := range []string{"/b", "/b?fbclid=1", "/b?fbclid=2", "/b?utm_source=a&utm_medium=b", "/b?page=7", "/%62"} {
		get(t, c, target, render)
	}
	if calls.Load() != 1 || c.Stats().Pages != 1 {
		t.Errorf("%d renders, %d pages, want 1 of each", calls.Load(), c.Stats().Pages)
	}
	get(t, c, "/search?q=a", render)
	get(t, c, "/search?q=b", render)
	get(t, c, "/search?gclid=3&q=a", render)
	get(t, c, "/search?q=b&q=c", render) // else noise needs only a name that is known
	if calls.Load() != 3 {
		t.Errorf("%d renders, want 3", calls.Load())
	}
	get(t, c, "/search?q="+strings.Repeat("x", 3000), render)
	if c.Stats().Pages != 3 {
		t.Errorf("%d pages kept, want 3: keys of any length are kept", c.Stats().Pages)
	}
}

// FuzzKey holds our reading of queries against url.ParseQuery's, and a key
// against the query it stands for.
func FuzzKey(f *testing.F) {
	for _, s := range []string{"", "q=1", "q=1&page=2&q=3", "a=b;q=1", "%71=x", "q=%zz&q=+", "&&q&=&q=%", "to%70ic=\x00&q=\xff", "+q=1&q+=2"} {
		f.Add("/search", s)
	}
	f.Add("/a?b", "q=1")
	f.Add("//x/../%2f", "")
	c := pagecache.New(pagecache.Options{Params: func(string) []string { return []string{"q", "topic", "page"} }})
	f.Fuzz(func(t *testing.T, path, raw string) {
		u, err := url.Parse(path)
		if err != nil {
			return
		}
		u.RawQuery = raw
		r := &http.Request{Method: "GET", URL: u}
		parsed, _ := url.ParseQuery(raw)
		want := url.Values{}
		for _, name := range []string{"q", "topic", "page"} {
			if v, ok := parsed[name]; ok {
				want[name] = v[:1]
			}
		}
		query := c.Query(r)
		if d := cmp.Diff(want, query); d != "" {
			t.Fatalf("query %q (-ParseQuery +ours):\n%s", raw, d)
		}
		key := c.Key(r)
		at := strings.IndexByte(key, '?')
		if at < 0 {
			at = len(key)
		}
		back, err := url.ParseQuery(strings.TrimPrefix(key[at:], "?"))
		if err != nil || !cmp.Equal(back, query) {
			t.Fatalf("key %q stands for %v (%v), not for %v", key, back, err, query)
		}
		if !strings.HasPrefix(key, "%") && key[:at] != u.Path {
			t.Fatalf("key %q has another path than %q", key, u.Path)
		}
		r.URL.RawQuery = strings.TrimPrefix(key[at:], "?")
		if again := c.Key(r); again != key {
			t.Fatalf("key of the canonical request is %q, want %q", again, key)
		}
	})
}
