package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dateline/internal/news"
)

// A Failure is an error as the person or program who asked may see it. Detail is a
// plain sentence; the cause of an internal error is never in it.
type Failure struct {
	Status  int
	Name    string // stable, like "stale"; programs compare it
	Title   string
	Detail  string
	Fields  []news.FieldError // what to change in the input
	Allowed []news.Step       // what is possible instead
	Current int               // the newest revision, when somebody else was faster
	Notice  string            // what readers are told of a story taken down
	Moved   string            // the address that took over, or empty
	Retry   time.Duration     // when to ask again, or zero
}

// A Malformed is input that is not in the form it claims: answered 400.
type Malformed string

func (m Malformed) Error() string { return string(m) }

// kinds is the one table from the newsroom's refusals to status codes.
var kinds = map[news.Kind]struct {
	status      int
	name, title string
}{
	news.Invalid:         {http.StatusUnprocessableEntity, "invalid", "Something in the input needs a change"},
	news.Unauthenticated: {http.StatusUnauthorized, "unauthenticated", "Please sign in"},
	news.Denied:          {http.StatusForbidden, "denied", "Not allowed"},
	news.NotFound:        {http.StatusNotFound, "not-found", "Not found"},
	news.Gone:            {http.StatusGone, "gone", "Taken down"},
	news.Conflict:        {http.StatusConflict, "conflict", "Not possible now"},
	news.Stale:           {http.StatusPreconditionFailed, "stale", "Somebody else was faster"},
	news.Unconditional:   {http.StatusPreconditionRequired, "unconditional", "Say which revision you start from"},
	news.TooLarge:        {http.StatusRequestEntityTooLarge, "too-large", "Too large"},
	news.Unsupported:     {http.StatusUnsupportedMediaType, "unsupported", "This kind of file is not read"},
	news.Busy:            {http.StatusServiceUnavailable, "busy", "Busy"},
	news.TooMany:         {http.StatusTooManyRequests, "too-many", "Too many requests"},
	news.Full:            {http.StatusInsufficientStorage, "full", "No room left"},
}

// busyRetry is what a client is told to wait when the database does not answer.
const busyRetry = 3 * time.Second

// Explain makes a Failure of any error. Whatever is neither the newsroom's nor one
// of net/http's is internal: status 500 and a sentence that gives nothing away.
func Explain(err error) Failure {
	var (
		ours      *news.Error
		malformed Malformed
		large     *http.MaxBytesError
	)
	switch {
	case errors.As(err, &ours):
		k, ok := kinds[ours.Kind]
		if !ok {
			break
		}
		f := Failure{
			Status: k.status, Name: k.name, Title: k.title, Detail: ours.Message,
			Fields: ours.Fields, Allowed: ours.Allowed, Current: ours.Current,
			Notice: ours.Notice, Moved: ours.Moved,
		}
		if ours.Kind == news.Busy || ours.Kind == news.TooMany {
			f.Retry = busyRetry
		}
		return f
	case errors.As(err, &malformed):
		return Failure{Status: http.StatusBadRequest, Name: "malformed", Title: "Not readable", Detail: string(malformed)}
	case errors.As(err, &large):
		return tooLarge(large.Limit)
	case errors.Is(err, context.DeadlineExceeded):
		return Failure{
			Status: http.StatusServiceUnavailable, Name: "busy", Title: "Busy", Retry: busyRetry,
			Detail: "This took too long. Nothing was lost; please try again in a moment.",
		}
	}
	return Failure{
		Status: http.StatusInternalServerError, Name: "internal", Title: "Something went wrong here",
		Detail: "The mistake is ours and has been noted. Please try again in a moment.",
	}
}

func tooLarge(limit int64) Failure {
	err := news.Refuse(news.TooLarge, "This is too large: at most %s.", Size(limit))
	return Explain(err)
}

// Internal tells whether the failure is ours and must be logged with its cause.
func (f Failure) Internal() bool { return f.Status == http.StatusInternalServerError }
