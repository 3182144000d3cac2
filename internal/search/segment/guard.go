package segment

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Every access to mapped bytes is to a slice, and checked. What is not there is a panic of the runtime, which these
// make ErrDamaged of: a file whose checksums were right when it was opened can still be cut or overwritten later.

// guard is to be deferred.
func guard(err *error) { settle(recover(), err) }

// faults is guard for who reads files that may have lost their pages since; its result is to be deferred.
func faults(err *error) func() {
	before := debug.SetPanicOnFault(true)
	return func() {
		debug.SetPanicOnFault(before)
		settle(recover(), err)
	}
}

func settle(r any, err *error) {
	switch r := r.(type) {
	case nil:
	case runtime.Error: // an index out of range, or a page that is not there any more
		*err = fmt.Errorf("%w: %v", ErrDamaged, r)
	case error:
		if r != ErrDamaged {
			panic(r)
		}
		*err = r
	default:
		panic(r)
	}
}
