//go:build !linux

package fanout

// mapMemory is memory of Go's.
func mapMemory(size int) ([]byte, error) { return make([]byte, size), nil }

func unmapMemory([]byte) {}
