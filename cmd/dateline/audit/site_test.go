// Package audit_test opens every kind of page of a running newsroom, as readers and
// staff do, in Debian's Chromium: are they sound HTML, can everybody use them, do
// they keep to our own host, are they as light as promised. It has no code but
// tests; the program under audit is built and started with `dateline demo`.
//
// DATELINE_AUDIT_SITE=ORIGIN audits a site that runs already, and
// DATELINE_AUDIT_DESK=LINK its desk, entered by that one-time link.
// DATELINE_SHOTS=DIR leaves pictures of the pages there, to be looked at.
package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A site is one newsroom under audit.
type site struct {
	name   string // for messages and files: en, ar
	origin string
	signIn string        // the desk's one-time link, or nothing
	upIn   time.Duration // from start to ready
	worked time.Duration // of it, the time on a core

	cmd  *exec.Cmd
	dir  string
	said *words
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

var (
	english = sync.OnceValues(func() (*site, error) {
		if origin := os.Getenv("DATELINE_AUDIT_SITE"); origin != "" {
			return &site{name: "en", origin: strings.TrimSuffix(origin, "/"), signIn: os.Getenv("DATELINE_AUDIT_DESK")}, nil
		}
		return startDemo("en")
	})
	arabic = sync.OnceValues(func() (*site, error) { return startDemo("ar", "--language", "ar") })

	program = sync.OnceValues(buildProgram)

	startedMu sync.Mutex
	started   []*site
)

// TestMain stops what the tests started: each demo has to end by itself, in time,
// with exit code 0, and to leave nothing behind.
func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	for _, s := range started {
		if err := s.stop(); err != nil {
			fmt.Fprintf(os.Stderr, "FAIL: dateline demo (%s): %v\n%s", s.name, err, s.said)
			code = 1
		}
	}
	if path, err := program(); err == nil && len(started) > 0 {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// theSite gives the English newsroom, started at the first call.
func theSite(t *testing.T) *site {
	t.Helper()
	if testing.Short() {
		t.Skip("an audit is not for the quick tests")
	}
	s, err := english()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func buildProgram() (string, error) {
	dir, err := os.MkdirTemp("", "dateline-audit")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "dateline")
	cmd := exec.Command("go", "build", "-o", path, "dateline/cmd/dateline")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", fmt.Errorf("build dateline: %w\n%s", err, out)
	}
	return path, nil
}

// startDemo starts a demo on a free port and waits until it is ready.
func startDemo(name string, flags ...string) (*site, error) {
	path, err := program()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	s := &site{name: name, origin: "http://" + address, said: &words{}}
	if s.dir, err = os.MkdirTemp(filepath.Dir(path), name); err != nil {
		return nil, err
	}
	s.cmd = exec.Command(path, append([]string{"demo", "--listen", address}, flags...)...)
	s.cmd.Dir = s.dir
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "TMPDIR=" + s.dir}
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	startedMu.Lock()
	started = append(started, s)
	startedMu.Unlock()
	if err := s.wait(60 * time.Second); err != nil {
		return nil, fmt.Errorf("dateline demo: %w; it said:\n%s", err, s.said)
	}
	s.upIn = time.Since(began)
	s.worked = coreTime(s.cmd.Process.Pid)
	s.signIn = signInLink.FindString(s.said.String())
	return s, nil
}

var signInLink = regexp.MustCompile(`https?://\S+/desk/sign-in\?key=[\w-]+`)

// wait returns when the site is ready and has printed its sign-in link.
func (s *site) wait(most time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if r, err := get(ctx, s.origin+"/readyz", nil); err == nil && r.status == http.StatusOK && signInLink.MatchString(s.said.String()) {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("not ready after %v", most)
		}
	}
}

// stop asks the program to end and waits for it.
func (s *site) stop() error {
	defer os.RemoveAll(s.dir)
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.cmd.Wait()
		return fmt.Errorf("it had ended before it was asked to: %v", s.cmd.ProcessState)
	}
	late := time.AfterFunc(20*time.Second, func() { s.cmd.Process.Kill() })
	defer late.Stop()
	if err := s.cmd.Wait(); err != nil {
		return fmt.Errorf("after SIGTERM: %w", err)
	}
	left, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range left {
		return fmt.Errorf("it left %s in its temporary folder", e.Name())
	}
	return nil
}

// A reply is an answer read whole.
type reply struct {
	status int
	kind   string // media type
	url    string // after redirects
	body   []byte
}

// get reads an address, as whoever the cookies say.
func get(ctx context.Context, url string, cookies []*http.Cookie) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return reply{}, err
	}
	for _, c := range cookies {
		req.AddCookie(c)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	return reply{res.StatusCode, kind, res.Request.URL.String(), body}, err
}

// coreTime is the time that a process has had on a core, or nothing where there is
// no /proc.
func coreTime(pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// The demo is what a newcomer sees first: up in 10 seconds. On a machine that is
// busy with other things the clock says little, so that it may then take longer if
// the work itself was little.
func TestDemoIsUpInTime(t *testing.T) {
	s := theSite(t)
	if s.cmd == nil {
		return // it ran already
	}
	t.Logf("ready after %v, with %v of work", s.upIn.Round(10*time.Millisecond), s.worked)
	if s.upIn > 10*time.Second && (s.worked == 0 || s.worked > 10*time.Second) {
		t.Errorf("dateline demo was ready after %v (%v of work), want 10 s at most", s.upIn, s.worked)
	}
}
