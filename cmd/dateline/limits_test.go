package main_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestOutOfFiles: when the process may open no more files, because strangers hold all
// the connections it could, it refuses what it cannot do, keeps what it acknowledged,
// and serves again once there is room.
func TestOutOfFiles(t *testing.T) {
	long(t)
	if _, err := exec.LookPath("prlimit"); err != nil {
		t.Skip("prlimit is not installed (Debian: util-linux)")
	}
	engines(t, func(t *testing.T, database string) {
		s := serve(t, database, "--connections-each", "20000")
		acked := map[string]string{} // address → headline
		refused := 0
		publish := func(headline string) (ok bool) {
			r, err := s.try("POST", "/api/v1/stories", fields{"headline": headline, "section": "world", "body": "Words."})
			var st story
			if err == nil && r.status == 201 && json.Unmarshal(r.body, &st) == nil {
				r, err = s.try("POST", "/api/v1/stories/"+st.ID+"/publish", fields{})
			}
			if err != nil || r.status >= 300 {
				refused++
				return false
			}
			if err := json.Unmarshal(r.body, &st); err != nil {
				t.Fatal(err)
			}
			acked[s.path(st.URL)] = headline
			return true
		}
		for n := range 3 {
			publish(fmt.Sprintf("Before %d", n))
		}
		files := func() int {
			open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
			if err != nil {
				t.Skipf("open files cannot be counted: %v", err)
			}
			return len(open)
		}
		room := files() + 10
		if out, err := exec.Command("prlimit", "--pid", fmt.Sprint(s.cmd.Process.Pid), fmt.Sprintf("--nofile=%d", room)).CombinedOutput(); err != nil {
			t.Fatalf("prlimit: %v: %s", err, out)
		}
		address := strings.TrimPrefix(s.origin, "http://")
		var held []net.Conn
		defer func() {
			for _, c := range held {
				c.Close()
			}
		}()
		for range 4 * room { // more wait in the kernel than the process can take
			c, err := net.DialTimeout("tcp", address, time.Second)
			if err != nil {
				break
			}
			held = append(held, c)
			fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\n", address) // and no more
		}
		if err := s.until(5*time.Second, func() bool { return files() >= room }); err != nil {
			t.Fatalf("with %d connections and room for 10 the process has %d files open and may open %d: %v", len(held), files(), room, err)
		}
		s.client.Timeout = 2 * time.Second
		for n := range 20 { // on the connection that is open; some of it may work
			if !publish(fmt.Sprintf("Meanwhile %d", n)) && refused > 2 {
				break
			}
		}
		for _, c := range held {
			c.Close()
		}
		held = nil
		s.client.Timeout = 30 * time.Second
		if err := s.until(15*time.Second, func() bool { return publish("Afterwards") }); err != nil {
			t.Fatalf("when the strangers had gone nothing could be published: %v", err)
		}
		check := func() {
			t.Helper()
			for path, headline := range acked {
				if !strings.Contains(s.shows(path, 200), headline) {
					t.Errorf("GET %s does not show %q, which was acknowledged", path, headline)
				}
				if front := s.send("GET", "/api/v1/stories?limit=100", nil); !strings.Contains(front.text(), headline) {
					t.Errorf("the API lists no %q, which was acknowledged", headline)
				}
			}
		}
		check()
		t.Logf("%d acknowledged, %d refused, all of the first there", len(acked), refused)
		if code, _ := s.stop(); code != 0 {
			t.Errorf("it ended with code %d", code)
		}
		if strings.Contains(s.said.String(), "panic") {
			t.Error("something panicked")
		}
		s.start()
		check()
	})
}
