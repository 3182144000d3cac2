package fanout

import "syscall"

// newKeyPage is memory that is not swapped out, if the limit on locked memory allows that.
func newKeyPage() (p keyPage, locked bool, err error) {
	if p, err = mapMemory(keyPageSize); err != nil {
		return nil, false, err
	}
	return p, syscall.Mlock(p) == nil, nil
}

// freeKeyPage gives the memory back.
func freeKeyPage(p keyPage) { unmapMemory(p) }
