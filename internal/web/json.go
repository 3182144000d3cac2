package web

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"dateline/internal/news"
)

// MaxDepth is how deep JSON may nest.
const MaxDepth = 64

// maxFaults bounds how many mistakes one answer lists.
const maxFaults = 20

// ReadJSON reads a request's body, at most n bytes, into the struct that into points
// at; see DecodeJSON. The content type must be JSON.
func ReadJSON(w http.ResponseWriter, r *http.Request, n int64, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || (kind != "application/json" && !strings.HasSuffix(kind, "+json")) {
		return news.Refuse(news.Unsupported, "Send JSON, with Content-Type: application/json.")
	}
	body, err := ReadBody(w, r, n)
	if err != nil {
		return err
	}
	return DecodeJSON(body, into)
}

// DecodeJSON reads data into the struct that into points at. It is stricter than
// encoding/json: unknown fields, fields in another letter case, keys given twice (in
// any case), text that is no Unicode, nesting deeper than MaxDepth and anything after
// the value are refused, because each is a mistake that would otherwise be dropped in
// silence. What is no JSON at all is Malformed (400); every other mistake names its
// field in a news.Invalid, all of them at once. A field that decodes itself
// (json.RawMessage, json.Unmarshaler) is not looked into for unknown fields.
func DecodeJSON(data []byte, into any) error {
	s := scanner{data: data}
	s.space()
	t := reflect.TypeOf(into).Elem()
	if s.pos == len(data) {
		return Malformed("The request has no content; JSON is expected.")
	}
	if t.Kind() == reflect.Struct && data[s.pos] != '{' {
		if err := s.value("", nil, 0); err != nil {
			return err
		}
		return Malformed("A JSON object is expected.")
	}
	if err := s.value("", t, 0); err != nil {
		return err
	}
	if s.space(); s.pos < len(data) {
		return Malformed(fmt.Sprintf("Something follows after the JSON value, at byte %d.", s.pos))
	}
	if err := s.faults.Err(); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return Malformed("The JSON could not be read.")
	}
	return nil
}

// fault notes a mistake in the field at path.
func (s *scanner) fault(path, format string, args ...any) {
	if len(s.faults) >= maxFaults {
		return
	}
	if path == "" {
		path = "(all)"
	}
	s.faults.Add(path, format, args...)
}

// leaf tries a value that holds no fields of ours against its Go type, so that the
// mistake can name the field.
func (s *scanner) leaf(path string, raw []byte, t reflect.Type) {
	if t == nil {
		return
	}
	if err := json.Unmarshal(raw, reflect.New(t).Interface()); err == nil {
		return
	}
	if !json.Valid(raw) {
		return // a control character, noted already
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	want := "another kind of value"
	switch {
	case t == reflect.TypeFor[time.Time]():
		s.fault(path, "Use a date and time that exist, like 2026-11-25T18:00:00Z.")
		return
	case t.Kind() == reflect.String:
		want = "text"
	case t.Kind() == reflect.Bool:
		want = "true or false"
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		want = "a whole number"
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		want = "a number"
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		want = "a list"
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		want = "an object"
	}
	s.fault(path, "This must be %s.", want)
}

// opaque tells types that decode themselves.
func opaque(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[json.Unmarshaler]()) || t.Implements(reflect.TypeFor[json.Unmarshaler]())
}

// fieldOf finds the type of the struct field with exactly this JSON name.
func fieldOf(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && tag == "" && f.Type.Kind() == reflect.Struct {
			if ft, ok := fieldOf(f.Type, name); ok {
				return ft, true
			}
			continue
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		if tag == name || tag == "" && f.Name == name {
			return f.Type, true
		}
	}
	return nil, false
}

// maxPath is from how many bytes on a path is not made longer: it would be written for
// every value below it, and deep names of a hostile request would cost seconds.
const maxPath = 200

func join(path, name string) string {
	if len(path) >= maxPath {
		return path
	}
	if len(name) > 80 {
		name = strings.ToValidUTF8(name[:80], "") + "…"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func at(path string, i int) string {
	if len(path) >= maxPath {
		return path
	}
	return path + "[" + strconv.Itoa(i) + "]"
}
