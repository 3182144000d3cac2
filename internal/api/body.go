package api

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"dateline/internal/news"
	"dateline/internal/web"
)

const (
	// maxJSON bounds a request. A body of 2 MB may be longer as JSON, where line
	// ends and some letters are escaped.
	maxJSON = 5 << 20
	// maxDrain is how much of a body that is too large is read and thrown away, so
	// that the sender, who has a token, reads the refusal and not a broken connection.
	maxDrain = 64 << 20
	// uploadsAtOnce bounds the memory that uploads hold where no room is given.
	uploadsAtOnce = 3
	// queueTime is how long an upload waits for its turn.
	queueTime = readTime
)

// An upload is what a route takes that reads a file.
type upload struct {
	File []byte `json:"file" need:"yes" doc:"JPEG, PNG, GIF or WebP, at most 50 MB."`
}

// readBody reads what the route takes into q. leave is to be called when the
// request is done.
func (a *API) readBody(rt Route, w http.ResponseWriter, q *request) (leave func(), err error) {
	if _, ok := rt.In.(upload); ok {
		return a.readFile(w, q)
	}
	if rt.most > 0 {
		q.body, err = readAll(q.Request, rt.most, rt.In)
	} else {
		q.body, err = readAll(q.Request, maxJSON, rt.In)
	}
	return func() {}, err
}

func readAll(r *http.Request, most int64, in any) ([]byte, error) {
	var b []byte
	var err error
	if r.ContentLength <= most {
		b, err = io.ReadAll(io.LimitReader(r.Body, most+1))
	}
	if err == nil && (r.ContentLength > most || int64(len(b)) > most) {
		if most < maxJSON { // nobody we know sends it: no reason to read on
			return nil, news.Refuse(news.TooLarge, "This is too large: at most %s.", web.Size(most))
		}
		io.CopyN(io.Discard, r.Body, maxDrain) // its error is of no use to anybody
		e := news.Refuse(news.TooLarge, "This is too large: at most %s.", web.Size(news.MaxBody))
		if _, ok := reflect.TypeOf(in).FieldByName("Body"); ok {
			e.Fields = []news.FieldError{{Field: "body", Detail: e.Message}}
		}
		return nil, e
	}
	if err != nil {
		return nil, web.Malformed("The request broke off before its end.")
	}
	if len(b) == 0 {
		return nil, nil
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || (kind != "application/json" && !strings.HasSuffix(kind, "+json")) {
		return nil, news.Refuse(news.Unsupported, "Send JSON, with Content-Type: application/json.")
	}
	return b, nil
}

// decode reads the request's JSON into the struct that into points at. A request
// without a body is an empty object where optional.
func (q *request) decode(into any, optional bool) error {
	if len(q.body) == 0 && optional {
		return nil
	}
	return web.DecodeJSON(q.body, into)
}

// members gives the request's top-level fields as they were sent, so that null, which
// clears, and nothing, which leaves, are told apart. The body was decoded before.
func (q *request) members() map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(q.body, &m); err != nil {
		return nil // decoded before: cannot be
	}
	return m
}

func isNull(m json.RawMessage) bool { return string(m) == "null" }

func (a *API) readFile(w http.ResponseWriter, q *request) (func(), error) {
	ctx, cancel := context.WithTimeout(q.Context(), queueTime)
	defer cancel()
	leave, err := a.o.Uploads.Enter(ctx)
	if err != nil {
		return nil, err
	}
	body := q.Body // ReadForm puts a bounded one in its place
	form, err := web.ReadForm(w, q.Request, "file", web.MaxUpload)
	if err == nil {
		var f news.Faults
		for name := range form.Values {
			f.Add(clip(name), "There is no such field. Send the picture as the file named \"file\".")
		}
		if form.FileName == "" && len(f) == 0 {
			f.Add("file", "Send a picture as the file named \"file\".")
		}
		err = f.Err()
	}
	if err != nil {
		if news.KindOf(err) == news.TooLarge {
			io.CopyN(io.Discard, body, maxDrain)
		}
		leave()
		return nil, err
	}
	q.body, q.name = form.File, form.FileName
	return leave, nil
}
