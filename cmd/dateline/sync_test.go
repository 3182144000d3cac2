package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A disk that takes what is written and fails to make it last: nothing is acknowledged
// that could not be synced, the answer says so, readers go on, and so does the newsroom
// once the disk works again.
func TestDiskThatCannotSync(t *testing.T) {
	long(t)
	s := serve(t, "")
	st := s.published(fields{"headline": "Before the disk failed", "section": "world", "body": "Words."})
	page := s.path(st.URL)
	draft := s.api("POST", "/stories", fields{"headline": "Waits for the disk", "section": "world", "body": "Words."}, 201)

	mend := failSyncs(t, s)
	for n := range 5 {
		r := s.send("POST", "/api/v1/stories", fields{"headline": fmt.Sprintf("Lost %d", n), "section": "world", "body": "Words."})
		if r.status != 503 || !strings.Contains(r.text(), `"detail"`) || r.header.Get("Retry-After") == "" {
			t.Errorf("a draft that cannot be synced = %d, want 503 and when to try again\n%.300s", r.status, r.body)
		}
		if r := s.send("POST", "/api/v1/stories/"+draft.ID+"/publish", fields{}); r.status != 503 {
			t.Errorf("a publication that cannot be synced = %d, want 503\n%.300s", r.status, r.body)
		}
	}
	if r, err := s.tryUpload(samplePicture(t, "bridge.jpg")); err != nil || r.status < 500 {
		t.Errorf("a picture that cannot be synced = %d, %v, want it refused\n%.300s", r.status, err, r.body)
	}
	if !strings.Contains(s.said.String(), "disk I/O error") {
		t.Error("the log does not say that the disk fails")
	}
	for _, p := range []string{page, "/", "/sections/world", "/feed.rss", "/search?q=disk"} {
		s.shows(p, 200)
	}
	if front := s.shows("/", 200); strings.Contains(front, "Waits for the disk") {
		t.Error("what was refused is on the front page")
	}

	mend()
	if err := s.until(10*time.Second, func() bool {
		return s.send("POST", "/api/v1/stories/"+draft.ID+"/publish", fields{}).status == 200
	}); err != nil {
		t.Fatalf("with a disk that works, publishing does not: %v", err)
	}
	s.upload(samplePicture(t, "bridge.jpg"))
	s.kill()
	s.start()
	front := s.shows("/", 200)
	for _, acknowledged := range []string{"Before the disk failed", "Waits for the disk"} {
		if !strings.Contains(front, acknowledged) {
			t.Errorf("after a kill %q is gone, which was acknowledged", acknowledged)
		}
	}
}

// failSyncs has every sync of a running server fail with EIO until it is mended. It
// skips the test where strace is missing or may not look on.
func failSyncs(t *testing.T, s *server) (mend func()) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("a disk that cannot sync is played by strace, which is not here; install it to run this test")
	}
	var heard said
	cmd := exec.Command(strace, "-f", "-p", strconv.Itoa(s.cmd.Process.Pid), "-o", os.DevNull,
		"-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:error=EIO")
	cmd.Stderr = &heard
	if err := cmd.Start(); err != nil {
		t.Skipf("strace cannot be run here: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	mend = func() {
		cmd.Process.Signal(os.Interrupt) // it lets the server go on
		<-ended
	}
	t.Cleanup(mend)
	for end := time.Now().Add(10 * time.Second); !strings.Contains(heard.String(), "attached"); {
		select {
		case <-ended:
			t.Skipf("strace may not look on here: %s", heard.String())
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(end) {
			t.Fatalf("strace did not attach: %s", heard.String())
		}
	}
	return mend
}
