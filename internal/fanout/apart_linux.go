package fanout

import (
	"fmt"
	"syscall"
)

const madvDontDump = 16 // package syscall does not name it

// mapMemory asks the system for memory that stands in no core dump.
func mapMemory(size int) ([]byte, error) {
	p, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("map %d bytes: %w", size, err)
	}
	_ = syscall.Madvise(p, madvDontDump) // kernels before 3.4 do not know it
	return p, nil
}

// unmapMemory gives it back. It cannot fail for what mapMemory gave.
func unmapMemory(p []byte) { _ = syscall.Munmap(p[:cap(p)]) }
