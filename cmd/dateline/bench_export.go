package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

const exportHead = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Bench</title><link>https://bench.example</link><language>en</language><wp:wxr_version>1.2</wp:wxr_version>
`

// A filling is how the import of a newsroom went.
type filling struct {
	stories   int
	perSecond float64
	cpu       time.Duration // of a story
}

// fill makes the throw-away newsroom: it writes a WordPress export of the stories and
// brings it in by the same command that a newsroom would use.
func (b *bench) fill(ctx context.Context) (f filling, err error) {
	if err := b.refuseFilled(ctx); err != nil {
		return f, err
	}
	b.say("writing an export of %d stories", b.Size)
	file := filepath.Join(b.dir, "export.xml")
	if f.stories, err = b.writeExport(file); err != nil {
		return f, err
	}
	b.say("importing it")
	report := filepath.Join(b.dir, "import.json")
	began := time.Now()
	_, cpu, err := b.command(ctx, "import", "wordpress", file, "--report", report)
	if err != nil {
		return f, err
	}
	f.perSecond, f.cpu = float64(f.stories)/time.Since(began).Seconds(), cpu/time.Duration(f.stories)
	raw, err := os.ReadFile(report)
	if err != nil {
		return f, fmt.Errorf("read the import's report: %w", err)
	}
	var r importReport
	if err := json.Unmarshal(raw, &r); err != nil {
		return f, fmt.Errorf("read the import's report: %w", err)
	}
	if got := r.Kept[string(news.Published)]; got != f.stories {
		return f, fmt.Errorf("the import published %d of %d stories", got, f.stories)
	}
	return f, os.Remove(file)
}

// refuseFilled keeps a bench off a database that somebody uses.
func (b *bench) refuseFilled(ctx context.Context) error {
	if b.Database == "" {
		return nil
	}
	s, err := store.Open(ctx, b.Database, store.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	empty, err := s.Empty(ctx)
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("the database given with --database holds stories; a bench fills what it measures, so give it an empty one")
	}
	return nil
}

func (b *bench) writeExport(path string) (n int, err error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, fmt.Errorf("write the export: %w", err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString(exportHead)
	// Five years of news, the latest ten minutes old.
	now := time.Now().UTC().Add(-10 * time.Minute)
	step := 5 * 365 * 24 * time.Hour / time.Duration(b.Size)
	for s, err := range b.stories(b.Size) {
		if err != nil {
			return 0, err
		}
		n++
		writeItem(w, &s, n, now.Add(-step*time.Duration(b.Size-n)))
	}
	if n < 20 {
		return 0, fmt.Errorf("%s: a bench needs at least 20 stories, and there are %d", b.Corpus, n)
	}
	w.WriteString("</channel></rss>\n")
	if err := w.Flush(); err != nil {
		return 0, fmt.Errorf("write the export: %w", err)
	}
	return n, nil
}

// writeItem writes a story as WordPress does. Errors stay in w until its Flush.
func writeItem(w *bufio.Writer, s *benchStory, n int, at time.Time) {
	slug := fmt.Sprintf("%s-%d", news.Slug(cut(s.Headline, 60)), n)
	fmt.Fprintf(w, "<item><title>%s</title><link>https://bench.example/%s/%s/</link>", cdata(s.Headline), at.Format("2006"), slug)
	for _, by := range s.Byline[:min(1, len(s.Byline))] {
		fmt.Fprintf(w, "<dc:creator>%s</dc:creator>", cdata(by))
	}
	fmt.Fprintf(w, "<guid isPermaLink=\"false\">https://bench.example/?p=%d</guid><content:encoded>%s</content:encoded><excerpt:encoded>%s</excerpt:encoded>",
		n, cdata(blocksOf(s.Body, n)), cdata(s.Standfirst))
	day := at.Format(time.DateTime)
	fmt.Fprintf(w, "<wp:post_id>%d</wp:post_id><wp:post_date>%s</wp:post_date><wp:post_date_gmt>%s</wp:post_date_gmt><wp:comment_status>open</wp:comment_status><wp:post_name>%s</wp:post_name><wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent><wp:post_type>post</wp:post_type>",
		n, day, day, slug)
	fmt.Fprintf(w, "<category domain=\"category\" nicename=\"%s\">%s</category>", news.Slug(s.Section), cdata(s.Section))
	for _, t := range s.Topics {
		fmt.Fprintf(w, "<category domain=\"post_tag\" nicename=\"%s\">%s</category>", news.Slug(t), cdata(t))
	}
	w.WriteString("</item>\n")
}

// blocksOf makes the editor's blocks of paragraphs; now and then one is a heading or
// a quotation, as in real stories.
func blocksOf(body string, n int) string {
	var b strings.Builder
	for i, p := range strings.Split(body, "\n\n") {
		words := strings.TrimSpace(p)
		if words == "" {
			continue
		}
		p = html.EscapeString(words)
		switch {
		case i == 3 && n%4 == 0:
			fmt.Fprintf(&b, "<!-- wp:heading -->\n<h2>%s</h2>\n<!-- /wp:heading -->\n\n", html.EscapeString(cut(words, 50)))
		case i == 2 && n%3 == 0:
			fmt.Fprintf(&b, "<!-- wp:quote -->\n<blockquote><p>%s</p><cite>A resident</cite></blockquote>\n<!-- /wp:quote -->\n\n", p)
			continue
		}
		fmt.Fprintf(&b, "<!-- wp:paragraph -->\n<p>%s</p>\n<!-- /wp:paragraph -->\n\n", p)
	}
	return b.String()
}

func cdata(s string) string {
	return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
}
