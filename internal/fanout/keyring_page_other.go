//go:build !linux

package fanout

// newKeyPage is memory of Go's, which may be swapped out.
func newKeyPage() (p keyPage, locked bool, err error) { return make(keyPage, keyPageSize), false, nil }

func freeKeyPage(keyPage) {}
