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
	"slices"
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

// TestSameIdentifier reads what Squarespace writes: two pages with one identifier.
// Each is a story of its own, the same in the next export; one story twice is one.
func TestSameIdentifier(t *testing.T) {
	at := func(link, text string) string {
		return strings.Replace(post(135, "Page", text), "<wp:post_id>", "<link>http://old.example"+link+"</link><wp:post_id>", 1)
	}
	in := wxrHead + at("/services", "One") + at("/no-title", "Two") + at("/services", "One") + at("/third", "Three") + wxrTail
	var before []string
	for range 2 {
		all, err := read(strings.NewReader(in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, s := range stories(all) {
			keys = append(keys, s.Key)
		}
		if len(keys) != 4 || keys[0] != "135" || keys[2] != "135" || keys[1] == "135" || keys[3] == "135" || keys[1] == keys[3] {
			t.Fatalf("keys %q, want 135, another, 135, a third", keys)
		}
		if before != nil && !slices.Equal(before, keys) {
			t.Errorf("keys %q, at the first reading %q", keys, before)
		}
		before = keys
	}
}
