package webpush

import (
	"fmt"
	"net/http"
	"time"
)

// A Class says what an outcome means for the message and its subscription.
type Class uint8

const (
	// Accepted: the push service has the message (2xx). Whether the browser
	// gets it is not known.
	Accepted Class = iota + 1
	// Gone: the subscription is no more (404, 410). It may be deleted, and
	// nothing else may be.
	Gone
	// Throttled: the service wants a pause (429, 503, and 406 from Windows).
	// RetryAfter says for how long; it concerns all messages to that origin.
	Throttled
	// Rejected: the service will never take this message (400, 413, and all
	// other answers that are of no use). Trying again is of no use; the
	// subscription stays.
	Rejected
	// KeyTrouble: the service does not accept our signature (401, 403). It is
	// our mistake, or the service's: stop that origin, tell the operator, and
	// delete no subscription.
	KeyTrouble
	// Retry: no usable answer: network, time-out, 5xx. Try again later.
	Retry
	// Unsent: the context ended before the message was written.
	Unsent
)

var classNames = [...]string{"none", "accepted", "gone", "throttled", "rejected", "key trouble", "retry", "unsent"}

func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return fmt.Sprintf("class %d", uint8(c))
}

// An Outcome is what became of one message.
type Outcome struct {
	Class Class
	// Status is the service's answer, 0 if there was none.
	Status int
	// RetryAfter is the pause that a throttling service wants, between
	// MinRetryAfter and MaxRetryAfter; 0 for other classes.
	RetryAfter time.Duration
	// Unknown says of a Retry that the message was written, as a whole or in
	// part, and the service may have accepted it: sending it again may repeat
	// it.
	Unknown bool
	// Err says why there is no status.
	Err error
}

// classify is the table of answers.
func classify(status int) Class {
	switch {
	case status >= 200 && status <= 299:
		return Accepted
	case status == http.StatusNotFound, status == http.StatusGone:
		return Gone
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable, status == http.StatusNotAcceptable:
		return Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return KeyTrouble
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusMisdirectedRequest, status >= 500 && status <= 599:
		return Retry
	}
	return Rejected // 3xx too: redirects are not followed
}

// answered is the outcome of an answer; retryAfter is its header, if any.
func answered(status int, retryAfter []byte, now func() time.Time) Outcome {
	o := Outcome{Class: classify(status), Status: status}
	if o.Class == Throttled {
		o.RetryAfter = parseRetryAfter(retryAfter, now())
	}
	return o
}
