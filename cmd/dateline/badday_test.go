package main_test

import (
	"bufio"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to make a newer schema

	"dateline/internal/store/pgtest"
)

// refuses starts a server that must not come up: exit 1 and one line that says what
// to do, which has every word of want.
func (s *server) refuses(want ...string) {
	s.t.Helper()
	s.launch()
	select {
	case <-s.exited:
	case <-time.After(15 * time.Second):
		s.t.Fatalf("still running; it said:\n%s", tail(s.said))
	}
	text := strings.TrimSpace(s.said.String())
	if code := s.cmd.ProcessState.ExitCode(); code != 1 {
		s.t.Errorf("exit %d, want 1; it said:\n%s", code, text)
	}
	if strings.Contains(text, "\n") || !strings.HasPrefix(text, "dateline: ") {
		s.t.Errorf("it said more than its one line:\n%s", text)
	}
	for _, w := range want {
		if !strings.Contains(text, w) {
			s.t.Errorf("it said %q, which lacks %q", text, w)
		}
	}
}

// What cannot work is refused with one line that says what to do.
func TestCannotStart(t *testing.T) {
	long(t)
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}

	t.Run("taken port", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		prepare(t, t.TempDir(), "", "--listen", l.Addr().String()).refuses(l.Addr().String(), "--listen")
	})
	t.Run("taken admin port", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		prepare(t, t.TempDir(), "", "--admin-listen", l.Addr().String()).refuses("--admin-listen")
	})
	t.Run("the database is a folder", func(t *testing.T) {
		prepare(t, t.TempDir(), "sqlite:"+dir).refuses(dir, "check that")
	})
	t.Run("the database is something else", func(t *testing.T) {
		garbage := write("garbage.db", bytes.Repeat([]byte("not a database "), 5000))
		prepare(t, t.TempDir(), "sqlite:"+garbage).refuses(garbage, "check that")
		if b, err := os.ReadFile(garbage); err != nil || len(b) != 75000 || !bytes.HasPrefix(b, []byte("not a database")) {
			t.Error("the file was changed")
		}
	})
	t.Run("no such kind of database", func(t *testing.T) {
		prepare(t, t.TempDir(), "mysql://localhost/x").refuses("sqlite:PATH", "postgres://")
	})
	t.Run("nothing at the PostgreSQL address", func(t *testing.T) {
		prepare(t, t.TempDir(), "postgres://someone@"+freeAddress(t)+"/news").refuses("check that PostgreSQL runs there")
	})
	t.Run("no such PostgreSQL database", func(t *testing.T) {
		address := pgtest.Database(t)
		prepare(t, t.TempDir(), strings.Replace(address, "/dateline_", "/missing_", 1)).refuses("check that")
	})
	t.Run("a PostgreSQL address that is none", func(t *testing.T) {
		prepare(t, t.TempDir(), "postgres://%%%").refuses("postgres://user@host")
	})
	t.Run("a folder that cannot be made", func(t *testing.T) {
		prepare(t, filepath.Join(write("file", nil), "data"), "").refuses("--data")
	})
	t.Run("a folder that cannot be written", func(t *testing.T) {
		prepare(t, "/proc/dateline", "").refuses("--data")
	})
	t.Run("pictures where none can be", func(t *testing.T) {
		prepare(t, t.TempDir(), "", "--media", "file:"+write("pictures", nil)).refuses("pictures")
	})
	t.Run("a newer schema", func(t *testing.T) {
		engines(t, func(t *testing.T, database string) {
			s := serve(t, database)
			s.published(fields{"headline": "From the future", "section": "world", "body": "Words."})
			s.stop()
			driver, address := "sqlite", filepath.Join(s.data, "dateline.db")
			if database != "" {
				driver, address = "pgx", database
			}
			db, err := sql.Open(driver, address)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(filepath.Join(s.data, "dateline.db"))
			s.refuses("newer")
			if after, _ := os.ReadFile(filepath.Join(s.data, "dateline.db")); !bytes.Equal(before, after) {
				t.Error("the database was written to")
			}
		})
	})
	t.Run("two servers on one file", func(t *testing.T) {
		s := serve(t, "")
		began := time.Now()
		prepare(t, s.data, "").refuses("another dateline", "--data")
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %v to refuse", took)
		}
		s.shows("/", 200)
	})
	t.Run("wrong usage", func(t *testing.T) {
		for _, args := range [][]string{
			{"serve", "--no-such-flag"}, {"serve", "--run", "half"}, {"serve", "--run", "web"}, {"serve", "--time-zone", "Mars/Base"},
			{"serve", "--url", "news.example"}, {"serve", "--trusted-proxy", "everyone"}, {"serve", "--held-for", "long"}, {"nonsense"}, {},
			{"token", "new", "--name", "x", "--role", "king"}, {"import", "wordpess", "x"}, {"verify"}, {"migrate"},
		} {
			_, said, code := dateline(t, append(args, inPlace(args, t.TempDir())...)...)
			if code != 2 || said == "" {
				t.Errorf("dateline %s: exit %d, want 2; it said %q", strings.Join(args, " "), code, said)
			}
		}
	})
}

// inPlace keeps a command that should not have run from this folder.
func inPlace(args []string, dir string) []string {
	if len(args) > 0 && args[0] == "serve" {
		return []string{"--data", dir}
	}
	return nil
}

// A full disk: what cannot be kept is refused with 507, readers go on, and when there
// is room again so does the newsroom.
func TestFullDisk(t *testing.T) {
	long(t)
	if os.Geteuid() != 0 {
		t.Skip("a small file system can be mounted by root only")
	}
	dir := t.TempDir()
	if err := syscall.Mount("dateline-test", dir, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	s := prepare(t, filepath.Join(dir, "data"), "")
	s.start()
	s.token = s.newToken("admin")
	st := s.published(fields{"headline": "Before the disk was full", "section": "world", "body": "Words."})
	page := s.path(st.URL)
	draft := s.api("POST", "/stories", fields{"headline": "Waits for room", "section": "world", "body": "Words."}, 201)

	ballast := filepath.Join(dir, "ballast")
	fill(t, ballast)
	if r, err := s.tryUpload(samplePicture(t, "bridge.jpg")); err != nil || r.status != 507 {
		t.Errorf("upload on a full disk = %d, %v, want 507\n%.300s", r.status, err, r.body)
	}
	full := false // the log of SQLite has some room of its own that was written before
	for n := range 200 {
		r := s.send("POST", "/api/v1/stories", fields{"headline": fmt.Sprintf("Too much %d", n), "section": "world", "body": strings.Repeat("Many words. ", 5000)})
		if r.status == 507 {
			full = true
			if !strings.Contains(r.text(), "room") {
				t.Errorf("507 does not say what to do: %s", r.body)
			}
			break
		}
		if r.status != 201 {
			t.Fatalf("a draft on a full disk = %d, want 201 or 507\n%.300s", r.status, r.body)
		}
		fill(t, ballast)
	}
	if !full {
		t.Fatal("no draft was refused on a full disk")
	}
	r := s.send("POST", "/api/v1/stories/"+draft.ID+"/publish", fields{})
	// Either nothing was done, or it was kept and only the index had no room; it says
	// which. Or all of it went into what room a checkpoint gave the log meanwhile.
	saved := r.status == 200 || r.status == 503 && strings.Contains(r.text(), "This is saved")
	if r.status != 507 && !saved {
		t.Errorf("publish on a full disk = %d, want 507\n%.300s", r.status, r.body)
	}
	for _, p := range []string{page, "/", "/sections/world", "/feed.rss", "/search?q=disk", "/sections/sport", "/sitemap.xml"} {
		s.shows(p, 200)
	}
	if got := s.api("GET", "/stories/"+draft.ID, nil, 200); got.Status != "draft" && !saved || got.Status != "published" && saved {
		t.Errorf("the story that could not be published is %s after %s", got.Status, r.body)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := s.until(5*time.Second, func() bool {
		return s.send("POST", "/api/v1/stories/"+draft.ID+"/publish", fields{}).status == 200
	}); err != nil {
		t.Fatalf("with room again, publishing does not work: %v", err)
	}
	t.Logf("publishes again %v after there was room", time.Since(began).Round(time.Millisecond))
	if !strings.Contains(s.shows("/", 200), "Waits for room") {
		t.Error("what was published after that is not on the front page")
	}
	s.upload(samplePicture(t, "bridge.jpg"))
	s.kill()
	s.start()
	if !strings.Contains(s.shows("/", 200), "Waits for room") {
		t.Error("after a restart it is gone")
	}
}

// fill writes until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// A disk that is full already.
func TestStartOnFullDisk(t *testing.T) {
	long(t)
	if os.Geteuid() != 0 {
		t.Skip("a small file system can be mounted by root only")
	}
	dir := t.TempDir()
	if err := syscall.Mount("dateline-test", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	fill(t, filepath.Join(dir, "ballast"))
	prepare(t, filepath.Join(dir, "data"), "").refuses("room")
}

// SIGTERM under load: every request that was sent is answered, and the process ends
// by itself with exit code 0.
func TestStopUnderLoad(t *testing.T) {
	long(t)
	for round := range 5 {
		s := serve(t, "")
		st := s.published(fields{"headline": "To the end", "section": "world", "body": "Words."})
		page := s.path(st.URL)
		var answered, failed atomic.Int64
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				// One connection, kept: a request that was sent on it must be answered;
				// only a connection that the server closed while it was idle may be made anew.
				c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: 10 * time.Second}
				defer c.CloseIdleConnections()
				path := []string{page, "/", "/search?q=end", "/feed.rss"}[i%4]
				for {
					res, err := c.Get(s.origin + path)
					if err != nil {
						if !errors.Is(err, syscall.ECONNREFUSED) {
							failed.Add(1)
							t.Errorf("round %d: a request failed: %v", round, err)
						}
						return // nobody listens any more: a balancer sends readers elsewhere
					}
					_, err = io.Copy(io.Discard, res.Body)
					res.Body.Close()
					if err != nil || res.StatusCode != 200 {
						failed.Add(1)
						t.Errorf("round %d: an answer failed: %d, %v", round, res.StatusCode, err)
						return
					}
					answered.Add(1)
				}
			})
		}
		for answered.Load() < 2000 {
			time.Sleep(time.Millisecond)
		}
		code, took := s.stop()
		all.Wait()
		if code != 0 || took > 10*time.Second {
			t.Errorf("exit %d after %v, want 0 within 10 s; it said:\n%s", code, took, tail(s.said))
		}
		t.Logf("round %d: %d answered, %d failed, stopped in %v", round, answered.Load(), failed.Load(), took.Round(time.Millisecond))
		if t.Failed() {
			return
		}
	}
}

// Who sends a request a byte at a time is hung up on.
func TestSlowRequests(t *testing.T) {
	long(t)
	s := serve(t, "")
	address := strings.TrimPrefix(s.origin, "http://")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			c, err := net.Dial("tcp", address)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			began := time.Now()
			io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+address+"\r\n")
			end := make(chan struct{})
			go func() { // drips
				tick := time.NewTicker(200 * time.Millisecond)
				defer tick.Stop()
				for {
					select {
					case <-tick.C:
						if _, err := io.WriteString(c, "X-A: b\r\n"); err != nil {
							return
						}
					case <-end:
						return
					}
				}
			}()
			c.SetReadDeadline(time.Now().Add(15 * time.Second))
			_, err = io.Copy(io.Discard, c)
			close(end)
			if took := time.Since(began); took > 8*time.Second || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("a request dripped for %v without an end", took)
			}
		})
	}
	for range 200 {
		s.shows("/", 200)
	}
	all.Wait()
}

// Pictures that would take a naive server down are refused, quickly, by one that goes on.
func TestPictureBombs(t *testing.T) {
	long(t)
	s := serve(t, "")
	// A JPEG of 87 bytes that says it is 65,500 pixels wide and high.
	bomb := []byte{0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
		0xff, 0xc0, 0, 17, 8, 0xff, 0xdc, 0xff, 0xdc, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0}
	bomb = append(bomb, make([]byte, 87-2-len(bomb))...)
	bomb = append(bomb, 0xff, 0xd9)
	if len(bomb) != 87 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	files := map[string][]byte{"87 bytes": bomb, "empty": {}, "text": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "cut": smallPicture(1)[:200]}
	hostile, _ := filepath.Glob("../../../shared/data/hostile/generated/images/*")
	for _, f := range hostile {
		if b, err := os.ReadFile(f); err == nil {
			files[filepath.Base(f)] = b
		}
	}
	refused := 0
	for name, data := range files {
		r, err := s.tryUpload(data)
		if err != nil || r.status >= 500 {
			t.Fatalf("uploading %s = %d, %v; it said:\n%s", name, r.status, err, tail(s.said))
		}
		if r.took > 5*time.Second {
			t.Errorf("uploading %s took %v", name, r.took)
		}
		if r.status >= 400 {
			refused++
		} else if name == "87 bytes" || name == "empty" || name == "text" {
			t.Errorf("uploading %s = %d, want it refused", name, r.status)
		}
	}
	t.Logf("%d files, %d refused, the server lives", len(files), refused)
	s.shows("/", 200)
	s.upload(smallPicture(2))
}

// /metrics and profiles are on the admin address only, and the log has no reader's
// whole address.
func TestAdminAddress(t *testing.T) {
	admin := freeAddress(t)
	s := serve(t, "", "--admin-listen", admin)
	s.shows("/metrics", 404)
	s.shows("/", 200)
	for path, want := range map[string]string{"/metrics": "dateline_page_hits_total", "/debug/pprof/": "goroutine", "/readyz": "ready"} {
		r := s.get("http://" + admin + path)
		if r.status != 200 || !strings.Contains(r.text(), want) {
			t.Errorf("GET %s on the admin address = %d without %q", path, r.status, want)
		}
	}
	if code, _ := s.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	lines := bufio.NewScanner(strings.NewReader(s.said.String()))
	seen := false
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"path":"/"`) {
			seen = true
			if strings.Contains(lines.Text(), `"127.0.0.1"`) || !strings.Contains(lines.Text(), `"id"`) {
				t.Errorf("the log says %s", lines.Text())
			}
		}
	}
	if !seen {
		t.Error("the request is not in the log")
	}
}
