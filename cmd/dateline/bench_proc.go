package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// cpuOf is the processor time that a process has used, of all its threads, to the
// nanosecond. The clock ticks of /proc/PID/stat are too coarse for rounds of a second.
func cpuOf(pid int) (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	if len(tasks) == 0 {
		return 0, errors.New("this system does not tell a process' processor time")
	}
	var sum time.Duration
	for _, t := range tasks {
		b, err := os.ReadFile(t)
		if errors.Is(err, os.ErrNotExist) {
			continue // the thread ended since; Go's threads rarely do
		}
		if err != nil {
			return 0, err
		}
		first, _, _ := bytes.Cut(b, []byte(" "))
		n, err := strconv.ParseInt(string(first), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", t, err)
		}
		sum += time.Duration(n)
	}
	return sum, nil
}

// memoryOf is a process' resident memory in bytes: all of it, and with what it
// shares counted in proportion.
func memoryOf(pid int) (resident, proportional float64, err error) {
	if resident, err = kilobytes(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:"); err != nil {
		return 0, 0, err
	}
	proportional, err = kilobytes(fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Pss:")
	return resident, proportional, err
}

func kilobytes(file, key string) (float64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(b) {
		f := bytes.Fields(line)
		if len(f) >= 2 && string(f[0]) == key {
			n, err := strconv.ParseFloat(string(f[1]), 64)
			return n * 1024, err
		}
	}
	return 0, fmt.Errorf("%s does not tell %s", file, key)
}
