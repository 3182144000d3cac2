// Package pgtest gives tests a throw-away PostgreSQL: a cluster made by initdb in a
// temporary folder, on a Unix socket and a free loopback port, stopped and removed
// at the end. It never uses a server that somebody else runs. Only tests import it.
package pgtest

import (
	"bytes"
	"database/sql"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver, for making databases
)

// A Cluster is one running PostgreSQL.
type Cluster struct {
	dir  string
	bin  string
	port int
	cmd  *exec.Cmd
	cred *syscall.Credential
	n    int
	mu   sync.Mutex
}

var (
	once   sync.Once
	shared *Cluster
	failed error
)

// Database makes an empty database in the test process's cluster and gives its
// address. Without PostgreSQL's programs the test is skipped, saying so.
func Database(t testing.TB) string {
	t.Helper()
	once.Do(func() { shared, failed = start() })
	if failed != nil {
		if _, err := binaries(); err != nil {
			t.Skip("PostgreSQL's server programs are not installed (Debian: postgresql)")
		}
		t.Fatal(failed)
	}
	return shared.Database(t)
}

// Main runs a package's tests and stops the cluster that they used.
func Main(m *testing.M) int {
	code := m.Run()
	if shared != nil {
		shared.Stop()
	}
	return code
}

// Own starts a cluster for one test, which may stop and start it.
func Own(t testing.TB) *Cluster {
	t.Helper()
	if _, err := binaries(); err != nil {
		t.Skip("PostgreSQL's server programs are not installed (Debian: postgresql)")
	}
	c, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Stop)
	return c
}

func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", fmt.Errorf("no initdb")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

func start() (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin}
	if c.cred, err = other(); err != nil {
		return nil, err
	}
	if c.cred != nil {
		if err := os.Chown(dir, int(c.cred.Uid), int(c.cred.Gid)); err != nil {
			return nil, err
		}
	}
	if out, err := c.run("initdb", "-D", filepath.Join(dir, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c.port = l.Addr().(*net.TCPAddr).Port
	l.Close()
	if err := c.Start(); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// other is the user to run servers as that refuse to run as root; nil when we are not.
func other() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func (c *Cluster) run(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.cred, Pdeathsig: syscall.SIGKILL}
	return cmd
}

// Start starts the server and waits until it answers.
func (c *Cluster) Start() error {
	var log bytes.Buffer
	c.cmd = c.run("postgres", "-D", filepath.Join(c.dir, "data"), "-p", strconv.Itoa(c.port), "-k", c.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=60", "-c", "shared_buffers=64MB")
	c.cmd.Stdout, c.cmd.Stderr = &log, &log
	if err := c.cmd.Start(); err != nil {
		return err
	}
	if err := answers(c.address("postgres")); err != nil {
		return fmt.Errorf("postgres does not answer: %w: %s", err, log.String())
	}
	return nil
}

// Halt stops the server at once, as a crash does; Start brings it back.
func (c *Cluster) Halt() {
	if c.cmd == nil || c.cmd.Process == nil {
		return
	}
	c.Signal(syscall.SIGCONT) // a frozen one would never end
	c.cmd.Process.Signal(syscall.SIGQUIT)
	c.cmd.Wait()
	c.cmd = nil
}

// Signal sends sig to every process of the server: SIGSTOP and SIGCONT make one that
// is there and does not answer.
func (c *Cluster) Signal(sig syscall.Signal) {
	if c.cmd == nil || c.cmd.Process == nil {
		return
	}
	parent := strconv.Itoa(c.cmd.Process.Pid)
	c.cmd.Process.Signal(sig)
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, f := range stats {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state parent …; each has a session of its own, so no group tells.
		rest := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil && len(rest) > 1 && rest[1] == parent {
			syscall.Kill(pid, sig)
		}
	}
}

// Stop stops the server and removes everything.
func (c *Cluster) Stop() {
	c.Halt()
	os.RemoveAll(c.dir)
}

func (c *Cluster) address(db string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", c.port, db)
}

// Database makes an empty database owned by a role that is no superuser.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	c.mu.Lock()
	c.n++
	name := fmt.Sprintf("dateline_%d", c.n)
	c.mu.Unlock()
	db, err := sql.Open("pgx", c.address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{
		fmt.Sprintf(`CREATE ROLE %s LOGIN CONNECTION LIMIT 30`, name),
		fmt.Sprintf(`CREATE DATABASE %s OWNER %s`, name, name),
	} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Replace(c.address(name), "postgres@", name+"@", 1)
}
