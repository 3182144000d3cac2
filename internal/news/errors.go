package news

import (
	"errors"
	"fmt"
	"strings"
)

// A Kind says what sort of refusal an Error is. Doors turn kinds into status
// codes in one place (package web); anything that is no *Error is internal.
type Kind int

// The kinds, each with the status a door answers.
const (
	Invalid         Kind = iota + 1 // 422: the input is wrong; Fields says where
	Unauthenticated                 // 401: nobody we know is asking
	Denied                          // 403: this person may not do that
	NotFound                        // 404
	Gone                            // 410: it was public and was taken down
	Conflict                        // 409: not in this state; Allowed says what is possible
	Stale                           // 412: somebody else was faster; Current is the newest revision
	Unconditional                   // 428: a change needs to say which revision it starts from
	TooLarge                        // 413
	Unsupported                     // 415: a file that we do not read
	Busy                            // 503: try again shortly
	Full                            // 507: no room to store it
	TooMany                         // 429: too many attempts; wait
)

// A FieldError names one input field and says in a plain sentence what to change.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// An Error is a refusal that a person or a program can act on. Message is a plain
// sentence meant for reading; it never holds an internal cause.
type Error struct {
	Kind    Kind
	Message string
	Fields  []FieldError // for Invalid
	Allowed []Step       // for Conflict: the steps possible instead
	Current int          // for Stale: the current revision
	Notice  string       // for Gone: what readers are told
	Moved   string       // for NotFound: the address that took over, if any
}

func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Detail)
	}
	return b.String()
}

// KindOf gives the kind of err, or 0 when err is internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}

// Refuse makes an Error of kind k with a plain sentence.
func Refuse(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Missing is the NotFound for a thing that does not exist or may not be shown;
// the two are never told apart.
func Missing(what string) *Error { return Refuse(NotFound, "There is no such %s.", what) }

// Wrong is an Invalid with one field.
func Wrong(field, format string, args ...any) *Error {
	var f Faults
	f.Add(field, format, args...)
	return f.Err().(*Error)
}

// Faults collects what is wrong with an input, so that a person sees all of it at once.
type Faults []FieldError

// Add notes one fault; detail is a plain sentence.
func (f *Faults) Add(field, format string, args ...any) {
	*f = append(*f, FieldError{Field: field, Detail: fmt.Sprintf(format, args...)})
}

// Err is nil when nothing was noted, else an *Error of kind Invalid.
func (f Faults) Err() error {
	if len(f) == 0 {
		return nil
	}
	msg := "One field needs a change."
	if len(f) > 1 {
		msg = fmt.Sprintf("%d fields need a change.", len(f))
	}
	return &Error{Kind: Invalid, Message: msg, Fields: f}
}
