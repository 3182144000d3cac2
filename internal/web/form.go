package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"dateline/internal/news"
)

// Bounds of a form.
const (
	MaxForm       = 5 << 20  // bytes of a form without files: a body of 2 MB, percent-encoded in part
	MaxFormFields = 400      // fields
	MaxField      = 3 << 20  // bytes of one field
	MaxUpload     = 64 << 20 // bytes of one file
)

// A Form is what a page's form sent: its fields, and at most one file.
type Form struct {
	url.Values
	FileName string // as the browser calls it; empty without a file
	File     []byte
}

// Text is the first value of a field with line ends as "\n". Browsers send "\r\n".
func (f Form) Text(name string) string {
	return strings.ReplaceAll(f.Get(name), "\r\n", "\n")
}

// ReadForm reads a form of either encoding within the bounds. Only POST bodies count:
// a query never changes anything. file names the one field that may be a file, of at
// most maxFile bytes; empty for none.
func ReadForm(w http.ResponseWriter, r *http.Request, file string, maxFile int64) (Form, error) {
	form := Form{Values: url.Values{}}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return form, news.Refuse(news.Unsupported, "This is no form.")
	}
	switch kind {
	case "application/x-www-form-urlencoded":
		body, err := ReadBody(w, r, MaxForm)
		if err != nil {
			return form, err
		}
		if strings.Count(string(body), "&") >= MaxFormFields {
			return form, Malformed("The form has too many fields.")
		}
		if form.Values, err = url.ParseQuery(string(body)); err != nil {
			return form, Malformed("The form could not be read.")
		}
	case "multipart/form-data":
		r.Body = http.MaxBytesReader(w, r.Body, MaxForm+maxFile)
		if params["boundary"] == "" {
			return form, Malformed("The form could not be read.")
		}
		if err := form.readParts(r, file, maxFile); err != nil {
			return form, err
		}
	default:
		return form, news.Refuse(news.Unsupported, "This is no form.")
	}
	for name, values := range form.Values {
		for _, v := range values {
			if !utf8.ValidString(name) || !utf8.ValidString(v) {
				return form, news.Wrong(strings.ToValidUTF8(name, "?"), "This is not valid text (UTF-8).")
			}
		}
	}
	return form, nil
}

// readParts reads a multipart form into memory: net/http's own keeps files in the
// system's temporary folder, which nobody bounds.
func (f *Form) readParts(r *http.Request, file string, maxFile int64) error {
	mr, err := r.MultipartReader()
	if err != nil {
		return Malformed("The form could not be read.")
	}
	var text int64
	for n := 0; ; n++ {
		part, err := mr.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return partErr(err)
		}
		if n >= MaxFormFields {
			return Malformed("The form has too many fields.")
		}
		name := part.FormName()
		most, isFile := int64(MaxField), false
		if part.FileName() != "" {
			if name != file || file == "" || f.FileName != "" {
				return news.Wrong(name, "No file is expected here.")
			}
			most, isFile = maxFile, true
		}
		b, err := io.ReadAll(io.LimitReader(part, most+1))
		if err != nil {
			return partErr(err)
		}
		if int64(len(b)) > most {
			return news.Refuse(news.TooLarge, "This is too large: at most %s.", Size(most))
		}
		if isFile {
			f.FileName, f.File = strings.ToValidUTF8(part.FileName(), ""), b
			continue
		}
		if text += int64(len(b)); text > MaxForm {
			return news.Refuse(news.TooLarge, "This is too large: at most %s.", Size(MaxForm))
		}
		if name != file { // an empty file field has no file name
			f.Add(name, string(b))
		}
	}
}

func partErr(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return news.Refuse(news.TooLarge, "This is too large: at most %s.", Size(large.Limit))
	}
	return Malformed("The form broke off before its end.")
}
