package main_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dateline/internal/store/pgtest"
)

// A backup made while everybody writes is whole, goes back into either engine, and
// the site that comes of it answers as the old one did.
func TestBackupWhileWriting(t *testing.T) {
	long(t)
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database)
		pages := s.newsroom(t)
		before := map[string]string{} // made before the backup, so it must be in it
		for _, p := range pages {
			before[p] = s.shows(p, 200)
		}
		end := make(chan struct{})
		var all sync.WaitGroup
		for w := range 3 {
			all.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-end:
						return
					default:
					}
					r, err := s.try("POST", "/api/v1/stories", fields{"headline": fmt.Sprintf("Written beside %d %d", w, n), "section": "sport", "topics": []string{"Beside"}, "body": "Words."})
					if err != nil || r.status != 201 {
						t.Errorf("a draft beside a backup = %d, %v", r.status, err)
						return
					}
				}
			})
		}
		dir := t.TempDir()
		var files []string
		for n := range 5 {
			file := filepath.Join(dir, fmt.Sprintf("backup-%d", n))
			s.must("backup", file)
			files = append(files, file)
		}
		close(end)
		all.Wait()
		for _, f := range files {
			if out, said, code := dateline(t, "verify", f); code != 0 {
				t.Fatalf("verify: exit %d\n%s%s", code, out, said)
			}
		}
		s.stop()

		// On another machine, at the same public address. The key file does not travel in a
		// backup: whoever has the one has not the other.
		for engine, target := range map[string]string{"sqlite": "", "postgres": pgtest.Database(t)} {
			again := prepare(t, filepath.Join(t.TempDir(), "data"), target, "--url", s.origin, "--key-file", filepath.Join(s.data, "push.key"))
			began := time.Now()
			again.must("restore", files[len(files)-1])
			if _, said, code := again.command("restore", files[0]); code != 1 || !strings.Contains(said, "not empty") {
				t.Errorf("restoring over a newsroom: exit %d, %q", code, said)
			}
			again.start()
			t.Logf("restored into %s and serving in %v", engine, time.Since(began).Round(time.Millisecond))
			again.token = s.token // tokens are kept
			if err := again.until(5*time.Second, func() bool { return len(again.found("q=harbour")) == 8 }); err != nil {
				t.Errorf("the restored site does not find its stories: %v", err) // the index is made anew
			}
			for _, p := range pages {
				r := again.send("GET", p, nil, func(r *http.Request) { r.Host = strings.TrimPrefix(s.origin, "http://") })
				if r.status != 200 || r.text() != before[p] {
					t.Errorf("%s: GET %s = %d is not as it was\n%s", engine, p, r.status, firstDifference(before[p], r.text()))
				}
			}
			again.published(fields{"headline": "The first after it", "section": "world", "body": "Words."})
			if !strings.Contains(again.shows("/", 200), "The first after it") {
				t.Error("the restored site does not publish")
			}
			again.kill()
		}
	})
}

func firstDifference(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	cut := func(s string) string { return s[max(0, min(n, len(s))-80):min(len(s), n+80)] }
	return "was …" + cut(a) + "…\nis  …" + cut(b) + "…"
}

// newsroom makes a few stories with everything and gives the pages that readers see.
func (s *server) newsroom(t *testing.T) []string {
	t.Helper()
	m := s.upload(samplePicture(t, "bridge.jpg"))
	pages := []string{"/", "/sections/world", "/topics/harbour", "/feed.rss", "/feed.atom", "/feed.json", "/sitemap.xml"}
	for n := range 8 {
		st := s.published(fields{"headline": fmt.Sprintf("Harbour news %d", n), "section": "world", "topics": []string{"Harbour", fmt.Sprintf("Matter %d", n)},
			"byline": []string{"Ann Writer"}, "body": "Words about the harbour.\n\n> Quoted\n\n- one\n- two", "picture": fields{"media": m.ID, "caption": "A bridge", "credit": "Ann", "alt": "Bridge"}})
		if n%2 == 0 {
			s.api("POST", "/stories/"+st.ID+"/corrections", fields{"kind": "correction", "text": "It was another harbour."}, 201)
		}
		p := s.path(st.URL)
		pages = append(pages, p, p+"/history", p+".ninjs")
	}
	for _, r := range m.Renditions {
		pages = append(pages, s.path(r.URL))
	}
	return append(pages, "/authors/ann-writer")
}

// A backup that was cut or changed anywhere is refused, and the target is not touched.
func TestDamagedBackup(t *testing.T) {
	long(t)
	s := serve(t, "")
	s.newsroom(t)
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	s.must("backup", good)
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for n := range 100 {
		bad := bytes.Clone(data)
		at := rnd.IntN(len(bad))
		how := "cut"
		switch n % 3 {
		case 0:
			bad = bad[:at]
		case 1:
			how = "changed"
			bad[at] ^= byte(1 + rnd.IntN(255))
		case 2:
			how = "zeroed"
			at = min(at, len(bad)-600)
			clear(bad[at : at+512])
		}
		if harmless(data, bad) {
			continue // gzip's time stamp and system byte are nobody's data
		}
		file := filepath.Join(dir, "bad")
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, said, code := dateline(t, "verify", file); code != 1 || strings.Count(said, "\n") != 1 {
			t.Errorf("verify of a backup %s at %d of %d: exit %d, %q", how, at, len(data), code, said)
		}
		target := filepath.Join(dir, fmt.Sprintf("target-%d", n))
		if _, said, code := dateline(t, "restore", file, "--data", target); code != 1 || !strings.Contains(said, "nothing was changed") {
			t.Errorf("restore of a backup %s at %d of %d: exit %d, %q", how, at, len(data), code, said)
		}
		if _, err := os.Stat(target); !os.IsNotExist(err) {
			t.Errorf("restore of a backup %s at %d touched its target", how, at)
		}
	}
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("hello"), "doubled": append(bytes.Clone(data), data...), "with a tail": append(bytes.Clone(data), "tail"...)} {
		file := filepath.Join(dir, "other")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, said, code := dateline(t, "verify", file); code != 1 {
			t.Errorf("verify of a file that is %s: exit %d, %q", name, code, said)
		}
	}
	for _, command := range []string{"verify", "restore"} {
		none := filepath.Join(dir, "none")
		if _, said, code := dateline(t, command, none, "--data", filepath.Join(dir, "spoilt")); code != 1 || strings.Count(said, none) != 1 {
			t.Errorf("%s of a file that is not there: exit %d, %q", command, code, said)
		}
	}
	// Into a place where somebody serves, or has pictures.
	if _, said, code := s.command("restore", good); code != 1 || !strings.Contains(said, "another dateline") {
		t.Errorf("restore beside a running server: exit %d, %q", code, said)
	}
	s.stop()
	if _, said, code := s.command("restore", good); code != 1 || !strings.Contains(said, "not empty") {
		t.Errorf("restore over a newsroom: exit %d, %q", code, said)
	}
}

// harmless tells whether only bytes 4 to 9 of gzip's head differ.
func harmless(a, b []byte) bool {
	return len(a) == len(b) && bytes.Equal(a[:4], b[:4]) && bytes.Equal(a[10:], b[10:])
}

// A backup that nobody could finish leaves nothing behind.
func TestBackupToNowhere(t *testing.T) {
	s := serve(t, "")
	if _, said, code := s.command("backup", filepath.Join(s.data, "no", "such", "place")); code != 1 || strings.Count(said, "\n") != 1 {
		t.Errorf("backup into a folder that is not there: exit %d, %q", code, said)
	}
	out, _, code := s.command("backup", "-")
	file := filepath.Join(t.TempDir(), "piped")
	if err := os.WriteFile(file, []byte(out), 0o600); err != nil || code != 0 {
		t.Fatal(err, code)
	}
	if _, said, code := dateline(t, "verify", file); code != 0 {
		t.Errorf("verify of a piped backup: exit %d, %q", code, said)
	}
}
