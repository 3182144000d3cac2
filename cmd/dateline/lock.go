package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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
