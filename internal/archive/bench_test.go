package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
)

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
