package archive

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// onlyReader hides that a reader can seek.
type onlyReader struct{ io.Reader }

func read(r io.Reader, o Options) (all []Record, err error) {
	for r, rerr := range WordPress(context.Background(), r, o) {
		if rerr != nil {
			return all, rerr
		}
		all = append(all, r)
	}
	return all, nil
}

func stories(all []Record) (out []*Story) {
	for _, r := range all {
		if s, ok := r.(*Story); ok {
			out = append(out, s)
		}
	}
	return out
}

func post(id int, title, body string) string {
	return fmt.Sprintf("<item><title>%s</title><wp:post_id>%d</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status><content:encoded><![CDATA[%s]]></content:encoded></item>\n", title, id, body)
}

// TestEncodings reads the same story from files in every dress that exports wear.
func TestEncodings(t *testing.T) {
	plain := wxrHead + post(1, "Café “à la carte”", "Naïve — œuvre") + wxrTail
	latin := strings.Replace(plain, "UTF-8", "windows-1252", 1)
	latinBytes, err := charmap.Windows1252.NewEncoder().String(latin)
	if err != nil {
		t.Fatal(err)
	}
	undeclared, _ := charmap.Windows1252.NewEncoder().String(plain)
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, plain)
	z.Close()
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(plain)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	for name, in := range map[string]string{
		"plain":                    plain,
		"byte order mark":          "\ufeff" + plain,
		"blank lines first":        "\n\r\n \n" + plain,
		"CRLF":                     strings.ReplaceAll(plain, "\n", "\r\n"),
		"windows-1252":             latinBytes,
		"windows-1252, undeclared": undeclared,
		"UTF-8, declared wrongly":  latin,
		"unknown encoding":         strings.Replace(plain, "UTF-8", "x-klingon", 1),
		"gzip":                     zipped.String(),
		"UTF-16":                   string(wide),
		"control characters":       strings.ReplaceAll(strings.ReplaceAll(plain, "Caf", "C\x01a\x0bf"), "Na", "N\x00a"),
		"no prolog":                plain[strings.Index(plain, "<rss"):],
		"no namespaces":            "<rss><channel>" + plain[strings.Index(plain, "<title>"):],
	} {
		for way, r := range map[string]io.Reader{
			"file": strings.NewReader(in), "pipe": onlyReader{strings.NewReader(in)},
			"byte by byte": iotest.OneByteReader(strings.NewReader(in)), "halves": iotest.HalfReader(strings.NewReader(in)),
		} {
			all, err := read(r, Options{})
			got := stories(all)
			if err != nil || len(got) != 1 {
				t.Errorf("%s, %s: %d stories, error %v", name, way, len(got), err)
				continue
			}
			if got[0].Title != "Café “à la carte”" || got[0].Body.Text() != "Naïve — œuvre" {
				t.Errorf("%s, %s: title %q, body %q", name, way, got[0].Title, got[0].Body.Text())
			}
		}
	}
}

// TestCutOff cuts a file at every byte: what is whole before the cut comes, nothing
// half does, and the cut is told.
func TestCutOff(t *testing.T) {
	whole := wxrHead + post(1, "One", "<p>first</p>") + post(2, "Two &amp; a half", "<p>sec]]ond &lt; é</p>") + post(3, "Three", "<p>third</p>")
	file := whole + wxrTail
	for n := range len(file) {
		all, err := read(strings.NewReader(file[:n]), Options{})
		want := strings.Count(file[:n], "</item>")
		got := stories(all)
		if len(got) != want {
			t.Fatalf("cut at %d: %d stories, want %d", n, len(got), want)
		}
		for i, s := range got {
			if s.Status != Published || s.Body.IsEmpty() || len(s.Report) > 0 {
				t.Fatalf("cut at %d: story %d is %+v", n, i, s)
			}
		}
		if strings.Contains(file[:n], "<rss") && n < strings.Index(file, "</rss") && !errors.Is(err, ErrCutOff) && !errors.Is(err, ErrNotAnExport) {
			t.Fatalf("cut at %d: error %v, want %v", n, err, ErrCutOff)
		}
	}
	all, err := read(strings.NewReader(file[:len(wxrHead)+len(post(1, "One", "<p>first</p>"))+80]), Options{})
	skipped, ok := all[len(all)-1].(*Skipped)
	if !ok || skipped.OldID != "2" || !strings.Contains(skipped.Why, "breaks off") || !errors.Is(err, ErrCutOff) {
		t.Errorf("last record %+v, error %v; want item 2 named as cut", all[len(all)-1], err)
	}
	if err == nil || !strings.Contains(err.Error(), "line ") {
		t.Errorf("error %v does not say where", err)
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	io.WriteString(z, file+strings.Repeat("<!-- "+fmt.Sprint(time.Duration(1<<60))+" -->", 9000))
	z.Close()
	all, err = read(bytes.NewReader(zipped.Bytes()[:zipped.Len()-20]), Options{})
	if len(stories(all)) != 3 || !errors.Is(err, ErrCutOff) {
		t.Errorf("cut gzip: %d stories, error %v", len(stories(all)), err)
	}
}

func TestNotAnExport(t *testing.T) {
	for name, in := range map[string]string{
		"empty": "", "JSON": `{"a": 1}`, "HTML": "<!DOCTYPE html><html><body><p>Hi</p></body></html>",
		"binary": "\x00\x01\x02\xff\xfe\xfd<<<>>>", "ZIP": "PK\x03\x04rest", "broken gzip": "\x1f\x8b\x08\x00rest",
	} {
		all, err := read(strings.NewReader(in), Options{})
		if err == nil || len(all) != 0 {
			t.Errorf("%s: %d records, error %v; want none and an error", name, len(all), err)
		}
	}
	_, err := read(iotest.ErrReader(errors.New("disk on fire")), Options{})
	if err == nil || !strings.Contains(err.Error(), "disk on fire") {
		t.Errorf("a reader's error becomes %v", err)
	}
}

// TestLimits: an item too long is named and skipped, and the next one comes.
func TestLimits(t *testing.T) {
	many := "<item><title>Many</title><wp:post_id>2</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status>" + strings.Repeat("<wp:comment/>", 40_000) + "</item>"
	in := wxrHead + post(1, "Long", strings.Repeat("word ", 500_000)) + many + post(3, "Short", "ok") + wxrTail
	for _, r := range []io.Reader{strings.NewReader(in), onlyReader{strings.NewReader(in)}} {
		all, err := read(r, Options{MaxItem: 2 << 20})
		got := stories(all)
		if err != nil || len(got) != 1 || got[0].Title != "Short" {
			t.Fatalf("%d stories, error %v; want the short one alone", len(got), err)
		}
		if s, ok := all[1].(*Skipped); !ok || s.OldID != "1" || s.Why != "longer than 2 MB" {
			t.Errorf("record %+v, want item 1 skipped", all[1])
		}
	}
	_, err := read(strings.NewReader(in), Options{MaxFile: 1000})
	if !errors.Is(err, ErrTooLong) {
		t.Errorf("error %v, want %v", err, ErrTooLong)
	}
	all, err := read(strings.NewReader(in), Options{MaxFile: int64(len(in))})
	if err != nil || len(stories(all)) != 3 {
		t.Errorf("a file of just the limit: %d stories, error %v", len(stories(all)), err)
	}
}

// TestBombs reads what is meant to take a parser down, in little time and memory.
func TestBombs(t *testing.T) {
	const n = 60_000
	bodies := map[string]string{
		"open macros":      strings.Repeat(`[a x="`, n),
		"macros":           strings.Repeat(`[a x=1]`, n),
		"macros closed":    strings.Repeat(`[a x=1]`, n/2) + strings.Repeat("[/a]", n/2),
		"many names":       manyNames(n / 4),
		"comments":         strings.Repeat("<!--", n),
		"blocks":           strings.Repeat("<!-- wp:a -->", n/4),
		"galleries":        strings.Repeat("<!-- wp:gallery -->", n/8),
		"captions":         strings.Repeat("[caption]<img src=x>", n/8) + "[/caption]",
		"block quotations": strings.Repeat("<blockquote>", n),
		"bare <":           strings.Repeat("<", n),
		"open pre":         strings.Repeat("<pre ", n),
		"figcaptions":      strings.Repeat("<!-- wp:embed --><figcaption>", n/8),
		"line ends":        strings.Repeat("\n \n", n),
		"quotes":           strings.Repeat(`[a "`, n) + strings.Repeat(`]`, n),
	}
	for name, body := range bodies {
		start := time.Now()
		if _, err := read(strings.NewReader(wxrHead+post(1, "Bomb", body)+wxrTail), Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s: took %v", name, d)
		} else if testing.Verbose() {
			t.Logf("%s: %v", name, d)
		}
	}
	for name, file := range map[string]string{
		"nested elements": strings.Repeat("<a>", 1_000_000),
		"attributes":      "<rss " + strings.Repeat(`a="b" `, 1_000_000),
		"entities":        "<!DOCTYPE rss [" + strings.Repeat(`<!ENTITY a "&a;&a;">`, 100_000) + "]><rss>" + strings.Repeat("&a;", 100_000),
		"names":           "<rss>" + manyTags(100_000),
	} {
		start := time.Now()
		_, _ = read(strings.NewReader(file), Options{})
		if d := time.Since(start); d > 30*time.Second {
			t.Errorf("%s: took %v", name, d)
		} else if testing.Verbose() {
			t.Logf("%s: %v", name, d)
		}
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[n%d x=1][/n%d]", i, n-i)
	}
	return b.String()
}

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<n%d></m%d>", i, i)
	}
	return b.String()
}

// TestStops: a consumer that has enough gets no more, a context that is done ends
// the stream.
func TestStops(t *testing.T) {
	in := wxrHead + post(1, "One", "x") + post(2, "Two", "y") + wxrTail
	n := 0
	for range WordPress(context.Background(), strings.NewReader(in), Options{}) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d records after a break at 2", n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for r, err := range WordPress(ctx, strings.NewReader(in), Options{}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("record %v, error %v after cancel", r, err)
		}
	}
}

// TestOnePass: what comes from a pipe and refers forward is told, not lost silently.
func TestOnePass(t *testing.T) {
	in := wxrHead +
		"<item><title>A</title><wp:post_id>1</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status><content:encoded><![CDATA[[gallery ids=\"2\"]]]></content:encoded><wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>2</wp:meta_value></wp:postmeta></item>" +
		"<item><title>B</title><wp:post_id>2</wp:post_id><wp:post_type>attachment</wp:post_type><wp:attachment_url>https://harbour.example/b.jpg</wp:attachment_url></item>" + wxrTail
	all, err := read(strings.NewReader(in), Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := stories(all)[0]
	if s.Featured == nil || s.Featured.URL != "https://harbour.example/b.jpg" || len(s.Pictures) != 1 || len(s.Report) != 0 {
		t.Errorf("from a file: featured %+v, pictures %+v, report %+v", s.Featured, s.Pictures, s.Report)
	}
	all, err = read(onlyReader{strings.NewReader(in)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s = stories(all)[0]
	if s.Featured == nil || s.Featured.URL != "" || s.Featured.OldID != "2" || len(s.Report) < 2 {
		t.Errorf("from a pipe: featured %+v, report %+v", s.Featured, s.Report)
	}
}

// TestZone: dates given in local time only are the site's.
func TestZone(t *testing.T) {
	zone := time.FixedZone("", 3*3600)
	in := wxrHead + "<item><title>A</title><wp:post_type>post</wp:post_type><wp:status>draft</wp:status><wp:post_date>2024-05-01 02:00:00</wp:post_date><wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt></item>" + wxrTail
	all, _ := read(strings.NewReader(in), Options{Zone: zone})
	if got := stories(all)[0].Date; !got.Equal(time.Date(2024, 4, 30, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("date %v", got)
	}
}

// TestPostTypes: a custom type is an article when asked for.
func TestPostTypes(t *testing.T) {
	in := wxrHead + strings.Replace(post(1, "News", "x"), "<wp:post_type>post", "<wp:post_type>news", 1) + wxrTail
	all, _ := read(strings.NewReader(in), Options{})
	if len(stories(all)) != 0 {
		t.Error("a custom type came without being asked for")
	}
	all, _ = read(strings.NewReader(in), Options{PostTypes: []string{"news"}})
	if got := stories(all); len(got) != 1 || got[0].Kind != Post {
		t.Errorf("got %+v", got)
	}
}

// TestHostileExport: the statuses of the hostile export, and nothing in its bodies
// that a page could run.
func TestHostileExport(t *testing.T) {
	f, err := os.Open(filepath.Join(shared, "hostile", "generated", "imports", "hostile.wxr.xml"))
	if err != nil {
		t.Skipf("no test material: %v", err)
	}
	defer f.Close()
	all, err := read(f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for _, s := range stories(all) {
		body, _ := s.Body.MarshalJSON()
		for _, bad := range []string{"<script", "onerror", "<iframe", "javascript:"} {
			if strings.Contains(string(body), bad) && !strings.Contains(s.Body.Text(), bad) {
				t.Errorf("%s: body has %s: %s", s.Title, bad, body)
			}
		}
		if s.OldStatus != "publish" && s.Status == Published {
			t.Errorf("%s: %s came as published", s.Title, s.OldStatus)
		}
		if keys[s.Key] {
			t.Errorf("%s: key %s twice", s.Title, s.Key)
		}
		keys[s.Key] = true
		for _, a := range s.Addresses {
			if !strings.HasPrefix(a, "/") || strings.HasPrefix(a, "//") || strings.Contains(a, "..") {
				t.Errorf("%s: address %q", s.Title, a)
			}
		}
	}
	got := stories(all)
	want := []Status{Published, Draft, Private, Future, Password}
	for i, w := range want {
		if got[i].Status != w {
			t.Errorf("%s: status %s, want %s", got[i].Title, got[i].Status, w)
		}
	}
}

// FuzzWordPress: no bytes make the reader panic, hang, or yield what breaks its own
// promises.
func FuzzWordPress(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		data, _ := os.ReadFile(file)
		f.Add([]byte(wxrHead + string(data) + wxrTail))
		f.Add([]byte(wxrHead + post(1, "Fuzz", string(data)) + wxrTail))
	}
	f.Add([]byte("\x1f\x8b\x08\x00\x00"))
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00>\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{MaxItem: 1 << 16, MaxFile: 1 << 20}
		file := dumpRecords(t, bytes.NewReader(data), o)
		again := dumpRecords(t, bytes.NewReader(data), o)
		if file != again {
			t.Error("two reads differ")
		}
	})
}

func dumpRecords(t *testing.T, r io.Reader, o Options) string {
	var b strings.Builder
	for r, err := range WordPress(context.Background(), r, o) {
		if err != nil {
			fmt.Fprintln(&b, err)
			continue
		}
		if s, ok := r.(*Story); ok {
			if s.Key == "" {
				t.Errorf("a story without a key: %+v", s)
			}
			if s.Status == Published && s.OldStatus != "publish" {
				t.Errorf("%q came as published", s.OldStatus)
			}
		}
		b.WriteString(dump(r))
	}
	return b.String()
}

// generated writes an export of n posts of about 450 words, each with a picture of
// its own, two terms and two comments.
func generated(n int) []byte {
	var b bytes.Buffer
	b.WriteString(wxrHead)
	for i := range 20 {
		fmt.Fprintf(&b, "<wp:author><wp:author_login>a%d</wp:author_login><wp:author_display_name><![CDATA[Author %d]]></wp:author_display_name></wp:author>\n", i, i)
	}
	para := strings.Repeat("Ships lay &amp; waited in the <em>outer</em> harbour while the council met again. ", 10)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, `<item><title><![CDATA[Story %d &#8220;of the harbour&#8221;]]></title><link>https://harbour.example/2024/story-%d/</link><pubDate>Fri, 01 Mar 2024 08:00:00 +0000</pubDate><dc:creator><![CDATA[a%d]]></dc:creator><guid isPermaLink="false">https://harbour.example/?p=%d</guid><description></description><content:encoded><![CDATA[`, i, i, i%20, 2*i)
		for p := range 4 {
			if i%2 == 0 {
				fmt.Fprintf(&b, "<!-- wp:paragraph -->\n<p>%d %s</p>\n<!-- /wp:paragraph -->\n\n", p, para)
			} else {
				fmt.Fprintf(&b, "%d %s\n\n", p, para)
			}
		}
		fmt.Fprintf(&b, `<img src="https://harbour.example/wp-content/uploads/%d-300x200.jpg" alt="Ship">]]></content:encoded><excerpt:encoded><![CDATA[Short]]></excerpt:encoded><wp:post_id>%d</wp:post_id><wp:post_date>2024-03-01 09:00:00</wp:post_date><wp:post_date_gmt>2024-03-01 08:00:00</wp:post_date_gmt><wp:comment_status>open</wp:comment_status><wp:post_name>story-%d</wp:post_name><wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent><wp:post_type>post</wp:post_type><wp:post_password></wp:post_password><category domain="category" nicename="ports"><![CDATA[Ports]]></category><category domain="post_tag" nicename="ships"><![CDATA[Ships]]></category><wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>%d</wp:meta_value></wp:postmeta>`, i, 2*i, i, 2*i+1)
		for c := range 2 {
			fmt.Fprintf(&b, "<wp:comment><wp:comment_id>%d</wp:comment_id><wp:comment_author>Bo</wp:comment_author><wp:comment_date_gmt>2024-03-01 12:00:00</wp:comment_date_gmt><wp:comment_content><![CDATA[Late again?]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved></wp:comment>", 2*i+c)
		}
		fmt.Fprintf(&b, "</item>\n<item><title>%d</title><wp:post_id>%d</wp:post_id><wp:post_type>attachment</wp:post_type><wp:status>inherit</wp:status><wp:post_parent>%d</wp:post_parent><wp:attachment_url>https://harbour.example/wp-content/uploads/%d.jpg</wp:attachment_url></item>\n", i, 2*i+1, 2*i, i)
	}
	b.WriteString(wxrTail)
	return b.Bytes()
}

// BenchmarkWordPress reads 5,000 posts with 5,000 attachments and 10,000 comments.
func BenchmarkWordPress(b *testing.B) {
	file := generated(5000)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for r, err := range WordPress(context.Background(), bytes.NewReader(file), Options{}) {
			if err != nil {
				b.Fatal(err)
			}
			if _, ok := r.(*Story); ok {
				n++
			}
		}
		if n != 5000 {
			b.Fatalf("%d stories", n)
		}
	}
	b.ReportMetric(5000*float64(b.N)/b.Elapsed().Seconds(), "stories/s")
}

// BenchmarkScan is the XML reading alone.
func BenchmarkScan(b *testing.B) {
	file := generated(5000)
	b.SetBytes(int64(len(file)))
	for b.Loop() {
		s := newScanner(bytes.NewReader(file), func(string, []byte) {})
		for s.next().kind != tokenEOF {
		}
	}
}

// TestMemory: what is held does not grow with the file but for the tables.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 4,000 stories")
	}
	pr, pw := io.Pipe()
	one := generated(1)
	head := one[:bytes.Index(one, []byte("<item>"))]
	item := one[len(head):bytes.Index(one, []byte("</item>"))]
	go func() {
		pw.Write(head)
		for range 4000 {
			pw.Write(item)
			io.WriteString(pw, "</item>\n")
		}
		io.WriteString(pw, wxrTail)
		pw.Close()
	}()
	var most uint64
	n := 0
	for r, err := range WordPress(context.Background(), pr, Options{}) {
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := r.(*Story); !ok {
			continue
		}
		if n++; n%500 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if n != 4000 || most > 32<<20 {
		t.Errorf("%d stories, %d MB held", n, most>>20)
	}
}
