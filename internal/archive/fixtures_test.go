package archive

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

const wxrHead = `<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Harbour Post</title>
<link>https://harbour.example</link>
<language>en-GB</language>
<wp:wxr_version>1.2</wp:wxr_version>
`

const wxrTail = "</channel>\n</rss>\n"

// dumpAll reads a file and writes out all it yields.
func dumpAll(text string, o Options) string {
	var b strings.Builder
	for r, err := range WordPress(context.Background(), strings.NewReader(text), o) {
		if err != nil {
			fmt.Fprintf(&b, "ERROR %v\n", err)
			continue
		}
		b.WriteString(dump(r))
	}
	return b.String()
}

// TestFixtures compares what each testdata/*.txt yields with what stands in it. A
// file holds "body" (of a single post), "items" (between head and tail) or "file",
// then "want". DATELINE_UPDATE=1 writes the wants anew, to be read before they are
// believed.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var in, want string
			body := false
			for _, f := range a.Files {
				switch f.Name {
				case "body":
					body = true
					in = wxrHead + "<item><title>Test</title><wp:post_id>7</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status><content:encoded><![CDATA[" +
						strings.TrimSuffix(string(f.Data), "\n") + "]]></content:encoded></item>\n" + wxrTail
				case "items":
					in = wxrHead + string(f.Data) + wxrTail
				case "file":
					in = string(f.Data)
				case "want":
					want = string(f.Data)
				}
			}
			got := dumpAll(in, Options{})
			if body { // the story's text alone
				var lines []string
				for line := range strings.Lines(got) {
					if strings.HasPrefix(line, "  |") || strings.HasPrefix(line, "  report") {
						lines = append(lines, line)
					}
				}
				got = strings.Join(lines, "")
			}
			if os.Getenv("DATELINE_UPDATE") != "" {
				for i := range a.Files {
					if a.Files[i].Name == "want" {
						a.Files[i].Data = []byte(got)
					}
				}
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
