// Package alerted_test goes the whole way of an alert: from a story's page in a real
// browser, where a reader asks for notifications, over the desk that sends one, to what
// the browser shows. It has no code but tests. The program under test runs as a process;
// the browsers are Debian's Firefox ESR and Chromium, with subscriptions and decryption
// of their own; only the push services between are played here, since the real ones
// stand outside.
package alerted_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is where TestMain built dateline.
var program = sync.OnceValues(func() (string, error) {
	path := filepath.Join(workshop, "dateline")
	cmd := exec.Command("go", "build", "-o", path, "dateline/cmd/dateline")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build dateline: %w\n%s", err, out)
	}
	return path, nil
})

var workshop string

// TestMain keeps the program and the one Chromium for as long as there are tests.
func TestMain(m *testing.M) {
	var err error
	if workshop, err = os.MkdirTemp("", "dateline-alerted"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	closeChromium()
	os.RemoveAll(workshop)
	os.Exit(code)
}

// wants skips a test that is too long for the quick ones, or whose browser is missing.
func wants(t *testing.T, browser string) {
	t.Helper()
	if testing.Short() {
		t.Skip("an alert through a real browser is not for the quick tests")
	}
	if _, err := exec.LookPath(browser); err != nil {
		t.Skipf("Debian's %s is not installed", browser)
	}
}

// A site is one dateline that a test runs.
type site struct {
	t      *testing.T
	origin string // as browsers know it
	listen string
	data   string
	trust  string // file of certificates to trust at push services
	flags  []string
	token  string // an editor's
	cmd    *exec.Cmd
	said   *words
	ended  chan struct{}
}

// words is what a program wrote, read while it writes.
type words struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *words) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// newSite starts a newsroom that sends to the push service p, and to what further flags
// allow. Readers come in by origin, or straight if that is empty.
func newSite(t *testing.T, p *postOffice, origin, listen string, flags ...string) *site {
	t.Helper()
	s := &site{t: t, origin: origin, listen: listen, data: t.TempDir(), said: &words{}}
	if origin == "" {
		s.origin = "http://" + listen
	}
	s.trust = filepath.Join(s.data, "push-services.pem")
	if err := os.WriteFile(s.trust, p.trusted(), 0o600); err != nil {
		t.Fatal(err)
	}
	s.flags = append([]string{
		"serve", "--data", s.data, "--listen", listen, "--url", s.origin, "--push-ca", s.trust, "--push-allow", p.host(),
		"--push-contact", "mailto:desk@example.org", "--alert-countdown", "1s", "--alert-drill", "0",
	}, flags...)
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", s.origin, s.tail())
		}
	})
	s.start()
	out := s.must("token", "new", "--name", "the night desk", "--role", "editor", "--data", s.data)
	f := strings.Fields(out)
	s.token = f[len(f)-1]
	return s
}

// start starts the process and waits until it is ready.
func (s *site) start() {
	s.t.Helper()
	path, err := program()
	if err != nil {
		s.t.Fatal(err)
	}
	s.cmd = exec.Command(path, s.flags...)
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.data, "TMPDIR=" + os.TempDir()}
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended, cmd := make(chan struct{}), s.cmd
	s.ended = ended
	go func() {
		cmd.Wait()
		close(ended)
	}()
	eventually(s.t, "the server is ready", func() bool {
		select {
		case <-ended:
			s.t.Fatalf("the server ended: %v\n%s", cmd.ProcessState, s.said)
		default:
		}
		r, err := http.Get("http://" + s.listen + "/readyz")
		if err != nil {
			return false
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK
	})
}

// kill ends the process as the kernel does when memory is out.
func (s *site) kill() {
	if s.ended == nil {
		return // it never started
	}
	s.cmd.Process.Kill()
	<-s.ended
}

// tail is the end of what it said, without the access log.
func (s *site) tail() string {
	var kept []string
	for line := range strings.Lines(s.said.String()) {
		if !strings.Contains(line, `"msg":"request"`) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept[max(0, len(kept)-40):], "")
}

// must runs a command of the program.
func (s *site) must(args ...string) string {
	s.t.Helper()
	path, err := program()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		s.t.Fatalf("dateline %s: %v\n%s%s", strings.Join(args, " "), err, out, exit.Stderr)
	}
	return string(out)
}

// eventually waits until ok, at most 20 seconds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(20 * time.Second); !ok(); {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("it never came true that %s", what)
		}
	}
}
