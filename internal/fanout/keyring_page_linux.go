package fanout

import (
	"fmt"
	"syscall"
)

const madvDontDump = 16 // package syscall does not name it

// newKeyPage asks the system for memory that stands in no core dump and is not swapped
// out, if the limit on locked memory allows that. It is not in Go's heap, where a hundred
// megabytes would have as much garbage again wait for its collector.
func newKeyPage() (p keyPage, locked bool, err error) {
	p, err = syscall.Mmap(-1, 0, keyPageSize, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, false, fmt.Errorf("map %d bytes: %w", keyPageSize, err)
	}
	_ = syscall.Madvise(p, madvDontDump) // kernels before 3.4 do not know it
	return p, syscall.Mlock(p) == nil, nil
}

// freeKeyPage gives the memory back. It cannot fail for what newKeyPage gave.
func freeKeyPage(p keyPage) { _ = syscall.Munmap(p) }
