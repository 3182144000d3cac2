package web

import (
	"encoding/json"
	"net/http"
	"strconv"

	"dateline/internal/news"
)

// ProblemType is the stable prefix of a problem's "type"; the Failure's Name follows.
// A URN, because an address would have to answer on every newsroom's site for ever.
const ProblemType = "urn:dateline:problem:"

// problem is the body of RFC 9457, with our own members.
type problem struct {
	Type    string            `json:"type"`
	Title   string            `json:"title"`
	Status  int               `json:"status"`
	Detail  string            `json:"detail"`
	Errors  []news.FieldError `json:"errors,omitempty"`
	Allowed []news.Step       `json:"allowed,omitzero"`
	Current int               `json:"current_revision,omitempty"`
	Request string            `json:"request_id,omitempty"`
}

// Problem answers with f as application/problem+json. It is a Door's Fail for programs.
func Problem(w http.ResponseWriter, _ *http.Request, f Failure) {
	body, err := json.Marshal(problem{
		Type: ProblemType + f.Name, Title: f.Title, Status: f.Status, Detail: f.Detail,
		Errors: f.Fields, Allowed: f.Allowed, Current: f.Current, Request: RequestID(w),
	})
	if err != nil { // only strings and numbers: cannot be
		http.Error(w, f.Title, f.Status)
		return
	}
	h := w.Header()
	f.headers(h)
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)+1))
	if f.Current > 0 {
		h.Set("ETag", `"`+strconv.Itoa(f.Current)+`"`)
	}
	if f.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="dateline"`)
	}
	w.WriteHeader(f.Status)
	w.Write(append(body, '\n'))
}

// headers sets what an answer of this failure carries in any form, and removes what
// a handler may have set for the answer it did not give.
func (f Failure) headers(h http.Header) {
	for _, name := range []string{"ETag", "Last-Modified", "Content-Encoding", "Content-Length", "Content-Disposition", "Location"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if f.Retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int(f.Retry.Seconds())))
	}
}
