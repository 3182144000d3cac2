package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"dateline/internal/news"
)

// lockPath is the file that a serving process holds locked for as long as it owns
// a SQLite database: two servers on one file would each serve from a cache that the
// other does not know of. The kernel lets go of it however the process ends.
func (p *place) lockPath() (string, bool) {
	path, ok := strings.CutPrefix(p.database(), "sqlite:")
	return path + ".serving", ok
}

// lock takes the place for serving; release gives it back. On PostgreSQL, where
// several may serve, it does nothing.
func (p *place) lock() (release func(), err error) {
	path, alone := p.lockPath()
	if !alone {
		return func() {}, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another dateline serves from %s; stop it first, or use another --data", filepath.Dir(path))
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return func() { f.Close() }, nil
}

// served tells whether a process serves this place now, as far as its lock says.
func (p *place) served() bool {
	path, alone := p.lockPath()
	if !alone {
		return true
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return true
	}
	return false
}

// mostIndexes is how many nodes may share a data folder.
const mostIndexes = 100

// takeIndex gives a search index that is this process's own until release: search.db
// in the data folder or, while another node on that folder has it, search-2.db and so
// on. Nodes on PostgreSQL may well share the folder, for its pictures; sharing the
// index, each would take what the other put in for done and never show it itself.
func (p *place) takeIndex() (path string, release func(), err error) {
	first := filepath.Join(p.Data, "search.db")
	if _, alone := p.lockPath(); alone {
		return first, func() {}, nil // the place as a whole is locked
	}
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return "", nil, fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	for n := 1; n <= mostIndexes; n++ {
		if path = first; n > 1 {
			path = filepath.Join(p.Data, fmt.Sprintf("search-%d.db", n))
		}
		f, err := os.OpenFile(path+".serving", os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return "", nil, fmt.Errorf("lock the search index: %w", err)
		}
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return path, func() { f.Close() }, nil
		}
		f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return "", nil, fmt.Errorf("lock the search index: %w", err)
		}
	}
	return "", nil, fmt.Errorf("%d nodes serve from %s; give this one another --data", mostIndexes, p.Data)
}

// nodeOf names, towards the record of alerts, the process that holds the search index at
// path. A process that is started again after a crash holds the same one, so it has the
// same name and goes on at once with what it had begun; another node would have to wait
// until the dead one's time is over. The machine's name is in it because folders are
// copied.
func nodeOf(path string) (string, error) {
	path += ".node"
	name, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(name) == 0 {
		name = []byte(news.Secret()[:12])
		err = os.WriteFile(path, name, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("name this node: %w", err)
	}
	host, err := os.Hostname()
	if err != nil {
		host = "node"
	}
	return host + "-" + string(name), nil
}
