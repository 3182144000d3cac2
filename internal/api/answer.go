package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"dateline/internal/news"
)

// An answer is a success as it is sent, and as it is kept under an idempotency key.
type answer struct {
	status   int
	body     []byte
	etag     string
	location string
	replayed bool
}

// reply makes an answer of a value.
func reply(status int, v any) (answer, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return answer{}, fmt.Errorf("write an answer: %w", err)
	}
	return answer{status: status, body: append(b, '\n')}, nil
}

func (x answer) write(w http.ResponseWriter) error {
	if x.status == http.StatusNoContent {
		w.WriteHeader(x.status)
		return nil
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(x.body)))
	if x.etag != "" {
		h.Set("ETag", x.etag)
	}
	if x.location != "" {
		h.Set("Location", x.location)
	}
	if x.replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	w.WriteHeader(x.status)
	w.Write(x.body) // a caller who is gone needs no answer
	return nil
}

// A list is a page of items. Next is the cursor of the page after, or null.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

func replyList[T any](items []T, next string) (answer, error) {
	l := list[T]{Items: items}
	if items == nil {
		l.Items = []T{}
	}
	if next != "" {
		l.Next = &next
	}
	return reply(http.StatusOK, l)
}

// etag is a revision as a strong entity tag.
func etag(revision int) string { return `"` + strconv.Itoa(revision) + `"` }

// when is a time as answers give it: UTC, null for none.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// text is null for an empty string.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// A ref in an answer has the name for people and the slug for addresses.
type ref struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

func refs(in []news.Ref) []ref {
	out := make([]ref, 0, len(in))
	for _, r := range in {
		out = append(out, ref(r))
	}
	return out
}

func refOrNull(r news.Ref) *ref {
	if r == (news.Ref{}) {
		return nil
	}
	return (*ref)(&r)
}
