//go:build linux

package fanout_test

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"dateline/internal/fanout"
	"dateline/internal/webpush"
)

// resident is the process's memory in bytes, what is shared with files left out.
func resident(t testing.TB) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	must(t, err)
	f := bytes.Fields(b)
	all, err := strconv.Atoi(string(f[1]))
	must(t, err)
	files, err := strconv.Atoi(string(f[2]))
	must(t, err)
	return (all - files) * os.Getpagesize()
}

func processCPU(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// 102 bytes a reader, and no garbage as large again.
func TestKeyringMemory(t *testing.T) {
	if testing.Short() { // also with the race detector, which has memory of its own
		t.Skip("left out with -short")
	}
	const readers = 200_000
	k := newKeyringWorld(t, readers, fanout.KeyringOptions{})
	k.ring.SetPrepare(instant())
	before := resident(t)
	stop := k.run()
	k.ring.Hurry()
	k.armed(readers)
	took := resident(t) - before
	t.Logf("%.1f bytes a reader", float64(took)/readers)
	if took > readers*fanout.KeyringSlot+4<<20 {
		t.Errorf("%d bytes for %d readers", took, readers)
	}
	stop()
	if left := resident(t) - before; left > 4<<20 {
		t.Errorf("%d bytes are left after the end", left)
	}
}

// It takes a tenth of one core while nothing hurries it.
func TestKeyringKeepsToItsShare(t *testing.T) {
	const share = 0.1
	k := newKeyringWorld(t, 100_000, fanout.KeyringOptions{CPU: share})
	k.run()
	k.armed(1) // the first look is over
	began, cpu := time.Now(), processCPU(t)
	first, _ := k.ring.Armed()
	ready := first
	for deadline := began.Add(time.Minute); ready < first+1_000 && time.Now().Before(deadline); ready, _ = k.ring.Armed() {
		time.Sleep(25 * time.Millisecond) // seldom: it would be counted
	}
	took, used := time.Since(began), processCPU(t)-cpu
	got := used.Seconds() / took.Seconds()
	t.Logf("%.1f %% of one core", 100*got)
	if ready < first+1_000 || got > 1.4*share { // a little is the runtime's
		t.Errorf("%d were made with %v of CPU in %v: %.1f %% of one core, want %.0f", ready-first, used, took, 100*got, 100*share)
	}
}

// BenchmarkTake is what the keyring costs a message.
func BenchmarkTake(b *testing.B) {
	k := newKeyringWorld(b, 100_000, fanout.KeyringOptions{})
	k.ring.SetPrepare(instant())
	ctx := b.Context()
	go k.ring.Run(ctx)
	k.ring.Hurry()
	k.armed(100_000)
	var p webpush.Prepared
	n := uint32(0)
	for b.Loop() {
		k.ring.Take(n%100_000, &k.one.keys, &p)
		n++
	}
}

// BenchmarkLook is a look at a hundred thousand readers of whom all have theirs.
func BenchmarkLook(b *testing.B) {
	k := newKeyringWorld(b, 100_000, fanout.KeyringOptions{})
	k.ring.SetPrepare(instant())
	k.ring.Pass(b.Context())
	for b.Loop() {
		k.ring.Pass(b.Context())
	}
}
