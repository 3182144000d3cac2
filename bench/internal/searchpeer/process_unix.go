//go:build unix

package searchpeer

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"time"
)

// processCPU is what this process has used, user and system.
func processCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// memory is what Linux tells of this process under key, in bytes; 0 elsewhere.
func memory(key string) float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(b) {
		if f := bytes.Fields(line); len(f) >= 2 && string(f[0]) == key {
			n, _ := strconv.ParseFloat(string(f[1]), 64)
			return n * 1024
		}
	}
	return 0
}
