package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

	"dateline/internal/store/pgtest"
)

// These tests go in by the front door: they run the program as a process of its own,
// talk to it over HTTP, and kill, cut off and fill up what it stands on. The program
// is this test binary, which TestMain puts on the PATH under its real name.

// long leaves a test out of the quick tests.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a long test is not for the quick tests")
	}
}

// engines runs a test on both; database is serve's --database, empty for SQLite's
// default.
func engines(t *testing.T, test func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "") })
	t.Run("postgres", func(t *testing.T) { test(t, pgtest.Database(t)) })
}

// A server is one dateline that a test runs, and how to talk to it.
type server struct {
	t        testing.TB
	data     string
	database string
	flags    []string
	origin   string
	token    string // an admin's
	client   *http.Client

	cmd    *exec.Cmd
	said   *said
	exited chan struct{}
}

// said holds what a process wrote.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.b.Len() > 8<<20 {
		return len(p), nil
	}
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// newClient keeps its connections; one per server, so that none outlives it unseen.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// serve starts a dateline on an empty folder and waits until it is ready.
func serve(t testing.TB, database string, flags ...string) *server {
	t.Helper()
	s := prepare(t, t.TempDir(), database, flags...)
	s.start()
	s.token = s.newToken("admin")
	return s
}

// prepare says what to run without running it.
func prepare(t testing.TB, data, database string, flags ...string) *server {
	address := freeAddress(t)
	s := &server{
		t: t, data: data, database: database, origin: "http://" + address, client: newClient(),
		flags: append([]string{"--listen", address}, flags...),
	}
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("%s said:\n%s", s.origin, tail(s.said))
		}
	})
	return s
}

func tail(s *said) string {
	if s == nil {
		return "nothing"
	}
	lines := strings.Split(s.String(), "\n")
	kept := lines[:0]
	for _, l := range lines {
		if !strings.Contains(l, `"msg":"request"`) && !strings.Contains(l, `"not ready"`) {
			kept = append(kept, l) // without the access log
		}
	}
	return strings.Join(kept[max(0, len(kept)-40):], "\n")
}

// place gives the flags that say where everything is.
func (s *server) place() []string {
	p := []string{"--data", s.data}
	if s.database != "" {
		p = append(p, "--database", s.database)
	}
	return p
}

func (s *server) start() {
	s.t.Helper()
	s.launch()
	s.ready(20 * time.Second)
}

// launch starts the process and waits for nothing.
func (s *server) launch() {
	s.t.Helper()
	s.cmd = exec.Command("dateline", append(append([]string{"serve"}, s.place()...), s.flags...)...)
	s.said = &said{}
	s.cmd.Stdout, s.cmd.Stderr = s.said, s.said
	s.cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	exited, cmd := make(chan struct{}), s.cmd
	s.exited = exited
	go func() {
		cmd.Wait()
		close(exited)
	}()
}

// ready waits until the server says so.
func (s *server) ready(most time.Duration) {
	s.t.Helper()
	if err := s.until(most, func() bool {
		r, err := s.try("GET", "/readyz", nil)
		return err == nil && r.status == 200
	}); err != nil {
		s.t.Fatalf("not ready: %v; it said:\n%s", err, tail(s.said))
	}
}

// until asks again and again, with little rest, until ok or the time is over.
func (s *server) until(most time.Duration, ok func() bool) error {
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(most)
	defer end.Stop()
	for {
		if ok() {
			return nil
		}
		select {
		case <-tick.C:
		case <-s.exited:
			return fmt.Errorf("the server ended: %v", s.cmd.ProcessState)
		case <-end.C:
			return fmt.Errorf("not within %v", most)
		}
	}
}

// kill ends the process as the kernel does when memory is out.
func (s *server) kill() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	s.cmd.Process.Kill()
	<-s.exited
	s.client.CloseIdleConnections()
}

// stop asks the process to end and gives its exit code and how long it took.
func (s *server) stop() (code int, took time.Duration) {
	s.t.Helper()
	began := time.Now()
	s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(20 * time.Second):
		s.t.Fatalf("still running 20 s after SIGTERM; it said:\n%s", tail(s.said))
	}
	return s.cmd.ProcessState.ExitCode(), time.Since(began)
}

func (s *server) newToken(role string) string {
	s.t.Helper()
	out := s.must("token", "new", "--name", "test "+role, "--role", role)
	words := strings.Fields(out)
	return words[len(words)-1]
}

// must runs a command on the server's place, which must succeed.
func (s *server) must(command ...string) string {
	s.t.Helper()
	out, errOut, code := s.command(command...)
	if code != 0 {
		s.t.Fatalf("dateline %s: exit %d\n%s%s", strings.Join(command, " "), code, out, errOut)
	}
	return out
}

func (s *server) command(command ...string) (out, errOut string, code int) {
	s.t.Helper()
	return dateline(s.t, append(command, s.place()...)...)
}

// dateline runs a command and waits for it.
func dateline(t testing.TB, args ...string) (out, errOut string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dateline", args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// A reply is an answer read whole.
type reply struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
}

func (r reply) text() string { return string(r.body) }

// A with changes a request before it is sent.
type with func(*http.Request)

func header(name, value string) with { return func(r *http.Request) { r.Header.Set(name, value) } }

func anonymous(r *http.Request) { r.Header.Del("Authorization") }

// try sends a request; in is JSON unless it is a reader. The token goes to the API only.
func (s *server) try(method, path string, in any, how ...with) (reply, error) {
	var body io.Reader
	switch v := in.(type) {
	case nil:
	case io.Reader:
		body = v
	default:
		b, err := json.Marshal(v)
		if err != nil {
			return reply{}, err
		}
		body = bytes.NewReader(b)
	}
	if !strings.HasPrefix(path, "http") {
		path = s.origin + path
	}
	r, err := http.NewRequest(method, path, body)
	if err != nil {
		return reply{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if strings.HasPrefix(r.URL.Path, "/api/") && s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	for _, h := range how {
		h(r)
	}
	began := time.Now()
	res, err := s.client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, b, time.Since(began)}, err
}

// send is try where the connection must hold.
func (s *server) send(method, path string, in any, how ...with) reply {
	s.t.Helper()
	r, err := s.try(method, path, in, how...)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (s *server) get(path string) reply { s.t.Helper(); return s.send("GET", path, nil) }

// shows asks for a page and wants a status.
func (s *server) shows(path string, status int) string {
	s.t.Helper()
	r := s.get(path)
	if r.status != status {
		s.t.Fatalf("GET %s = %d, want %d\n%.500s", path, r.status, status, r.body)
	}
	return r.text()
}

// A story is as much of the API's as these tests look at.
type story struct {
	ID          string `json:"id"`
	Status      string `json:"status"`
	Revision    int    `json:"revision"`
	Version     int    `json:"version"`
	URL         string `json:"url"`
	Path        string `json:"path"`
	Headline    string `json:"headline"`
	Body        string `json:"body"`
	Corrections []struct {
		Text string `json:"text"`
	} `json:"corrections"`
	Picture *struct {
		Media string `json:"media"`
	} `json:"picture"`
}

// path is a link's path on the site.
func (s *server) path(url string) string { return strings.TrimPrefix(url, s.origin) }

// api calls the API, wants a status, and gives a story of the answer.
func (s *server) api(method, path string, in any, status int, how ...with) story {
	s.t.Helper()
	r := s.send(method, "/api/v1"+path, in, how...)
	if r.status != status {
		s.t.Fatalf("%s /api/v1%s = %d, want %d\n%s", method, path, r.status, status, r.body)
	}
	var st story
	if err := json.Unmarshal(r.body, &st); err != nil {
		s.t.Fatalf("%s /api/v1%s: %v in %.200s", method, path, err, r.body)
	}
	return st
}

type fields = map[string]any

// published makes a story that readers see.
func (s *server) published(f fields) story {
	s.t.Helper()
	st := s.api("POST", "/stories", f, 201)
	return s.api("POST", "/stories/"+st.ID+"/publish", fields{}, 200)
}

// A media is an uploaded picture.
type media struct {
	ID         string `json:"id"`
	Renditions []struct {
		URL string `json:"url"`
	} `json:"renditions"`
}

// form is a multipart body with one file.
func form(name string, file []byte) (io.Reader, with) {
	var b bytes.Buffer
	const edge = "a-line-between"
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=%q\r\nContent-Type: application/octet-stream\r\n\r\n", edge, name)
	b.Write(file)
	fmt.Fprintf(&b, "\r\n--%s--\r\n", edge)
	return &b, header("Content-Type", "multipart/form-data; boundary="+edge)
}

func (s *server) tryUpload(file []byte) (reply, error) {
	body, kind := form("picture.jpg", file)
	return s.try("POST", "/api/v1/media", body, kind)
}

func (s *server) upload(file []byte) media {
	s.t.Helper()
	r, err := s.tryUpload(file)
	if err != nil || r.status != 201 {
		s.t.Fatalf("upload = %d, %v, want 201\n%s", r.status, err, r.body)
	}
	var m media
	if err := json.Unmarshal(r.body, &m); err != nil {
		s.t.Fatal(err)
	}
	return m
}

// samplePicture is one of the demo's.
func samplePicture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("demodata", "pictures", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// noError fails the test if a background part of it had one.
func noError(t testing.TB, errs <-chan error) {
	t.Helper()
	select {
	case err := <-errs:
		if err != nil {
			t.Fatal(err)
		}
	default:
	}
}

// cookies adds a cookie to every request for one host; a jar would keep a Secure one
// from plain HTTP.
type cookies struct {
	http.RoundTripper
	host, cookie string
}

func (c cookies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == c.host {
		r = r.Clone(r.Context())
		r.Header.Set("Cookie", c.cookie)
	}
	return c.RoundTripper.RoundTrip(r)
}

func (c cookies) CloseIdleConnections() { c.RoundTripper.(*http.Transport).CloseIdleConnections() }
