package web

import (
	"bytes"
	"html/template"
	"net/http"
	"strconv"
)

var plainPage = template.Must(template.New("failure").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>{{.Title}}</title>
<main><h1>{{.Title}}</h1>
<p>{{.Detail}}</p>
{{with .Fields}}<ul>{{range .}}<li>{{.Field}}: {{.Detail}}</li>{{end}}</ul>{{end -}}
<p><a href="/">To the front page</a></p></main></html>
`))

// PlainPage shows a failure as a page without a stylesheet. It needs nothing that
// may be broken, so it is the last resort of a Door for people, and of the Gate.
func PlainPage(w http.ResponseWriter, r *http.Request, f Failure) {
	var b bytes.Buffer
	if err := plainPage.Execute(&b, f); err != nil {
		http.Error(w, f.Title, f.Status)
		return
	}
	h := w.Header()
	f.headers(h)
	SetPolicy(h)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(f.Status)
	w.Write(b.Bytes())
}
