package store

import (
	"fmt"
	"strings"
)

// in makes "($from, $from+1, …)" for values, and the arguments that go with it. The
// last value is repeated up to the next power of two: a text that lists any number of
// values would be kept prepared, on every connection, once for every number.
func in[T ~string](from int, values []T) (list string, args []any) {
	args = make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	return inAny(from, args)
}

// inAny is in for values of any kind that the database knows.
func inAny(from int, values []any) (list string, args []any) {
	n := 1
	for n < len(values) {
		n *= 2
	}
	for i := range n {
		args = append(args, values[min(i, len(values)-1)])
	}
	return "(" + places(from, n) + ")", args
}

// places makes "$from, $from+1, …" with n members.
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}
