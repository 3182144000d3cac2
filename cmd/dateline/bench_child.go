package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A benchChild is a process that a bench started: this program as a server, a part of
// the bench, or somebody else's program to measure beside.
type benchChild struct {
	name string
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
	err  error         // how, once gone is closed
	last *tailOf       // the end of what it said on stderr

	in  *json.Encoder // of a part: orders, one a line
	out *json.Decoder // its answers
	end io.Closer     // closing it tells a part to stop
}

// childEnv is our environment without what would change how the program works.
func childEnv(more ...string) []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "DATELINE_") {
			env = append(env, kv)
		}
	}
	return append(env, more...)
}

func (b *bench) newChild(name, program string, args ...string) *benchChild {
	c := &benchChild{name: name, cmd: exec.Command(program, args...), gone: make(chan struct{}), last: &tailOf{}}
	c.cmd.Env, c.cmd.SysProcAttr, c.cmd.Stderr = childEnv(), dieWithUs(), c.last
	return c
}

func (b *bench) start(c *benchChild) error {
	if err := c.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	b.kids = append(b.kids, c)
	go func() {
		c.err = c.cmd.Wait()
		close(c.gone)
	}()
	return nil
}

// command runs one of this program's commands on the throw-away newsroom to its end,
// and gives what it printed and the processor time it took.
func (b *bench) command(ctx context.Context, args ...string) (string, time.Duration, error) {
	c := b.newChild("dateline "+args[0], b.self, append(args, b.place()...)...)
	var out bytes.Buffer
	c.cmd.Stdout = &out
	if err := b.start(c); err != nil {
		return "", 0, err
	}
	select {
	case <-c.gone:
	case <-ctx.Done():
		c.stop()
		return "", 0, context.Cause(ctx)
	}
	if c.err != nil {
		return "", 0, c.failure()
	}
	return out.String(), c.cmd.ProcessState.UserTime() + c.cmd.ProcessState.SystemTime(), nil
}

// part starts a program that takes orders as JSON lines and answers each with one,
// until its input ends. Without a program it is a part of this one; see bench_part.go.
func (b *bench) part(name, program string) (*benchChild, error) {
	var args []string
	if program == "" {
		program, args = b.self, []string{"bench", "site"}
	}
	c := b.newChild(name, program, args...)
	if program == b.self {
		c.cmd.Env = childEnv(benchPartEnv + "=" + name)
	}
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	// A pipe of our own: cmd.StdoutPipe would be closed by Wait before it is read.
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c.cmd.Stdout, c.end = w, in
	err = b.start(c)
	w.Close()
	if err != nil {
		r.Close()
		return nil, err
	}
	c.in, c.out = json.NewEncoder(in), json.NewDecoder(bufio.NewReader(r))
	return c, nil
}

// ask gives a part an order and waits for the answer.
func (c *benchChild) ask(ctx context.Context, order, answer any) error {
	done := make(chan error, 1)
	go func() {
		err := c.in.Encode(order)
		if err == nil {
			err = c.out.Decode(answer)
		}
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			c.stop()
			return fmt.Errorf("%s: %w", c.name, errors.Join(err, c.failure()))
		}
		return nil
	case <-ctx.Done():
		c.stop()
		<-done
		return context.Cause(ctx)
	}
}

// stop ends the child, gently first, and waits for it. Stopping twice is fine.
func (c *benchChild) stop() {
	if c.end != nil {
		c.end.Close()
	}
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.gone:
	case <-time.After(12 * time.Second): // serve gives its last requests ten
		c.cmd.Process.Kill()
		<-c.gone
	}
}

func (b *bench) stopAll() {
	for _, c := range b.kids {
		c.stop()
	}
}

// failure is how the child ended, in its own words.
func (c *benchChild) failure() error {
	select {
	case <-c.gone:
		return fmt.Errorf("%s ended (%v): %s", c.name, c.cmd.ProcessState, c.last)
	default:
		return fmt.Errorf("%s says: %s", c.name, c.last)
	}
}

// A tailOf keeps the last of what is written to it, for saying why a child failed.
type tailOf struct {
	mu  sync.Mutex
	end []byte
}

const tailKept = 4096 // bytes

func (t *tailOf) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, p[max(0, len(p)-tailKept):]...)
	t.end = t.end[max(0, len(t.end)-tailKept):]
	return len(p), nil
}

// String is the last line.
func (t *tailOf) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := bytes.TrimSpace(t.end)
	if len(s) == 0 {
		return "it said nothing"
	}
	return string(s[bytes.LastIndexByte(s, '\n')+1:])
}

// logFile is where a server's access log goes, as an operator's would.
func (b *bench) logFile(name string) (*os.File, error) {
	return os.Create(filepath.Join(b.dir, name+".log"))
}
