package web

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"dateline/internal/news"
)

func TestReadForm(t *testing.T) {
	multi := func(fill func(*multipart.Writer)) (string, string) {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		fill(w)
		w.Close()
		return w.FormDataContentType(), b.String()
	}
	file := func(field, name string, n int) func(*multipart.Writer) {
		return func(w *multipart.Writer) {
			w.WriteField("headline", "A\r\nB")
			p, _ := w.CreateFormFile(field, name)
			p.Write(bytes.Repeat([]byte("x"), n))
		}
	}
	mKind, mBody := multi(file("file", "a.jpg", 100))
	bigKind, bigBody := multi(file("file", "a.jpg", 2000))
	oddKind, oddBody := multi(file("other", "a.jpg", 10))
	noneKind, noneBody := multi(func(w *multipart.Writer) { w.WriteField("headline", "A\r\nB"); w.CreateFormFile("file", "") })
	const plain = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name, kind, body string
		want             int // status, 0 for fine
		file             int
	}{
		{"plain", plain, "headline=A%0D%0AB", 0, 0},
		{"many fields", plain, "headline=A%0D%0AB" + strings.Repeat("&x=1", 500), 400, 0},
		{"no UTF-8", plain, "headline=%ff", 422, 0},
		{"broken", plain, "headline=%zz", 400, 0},
		{"large", plain, "headline=" + strings.Repeat("a", MaxForm), 413, 0},
		{"json", "application/json", "{}", 415, 0},
		{"nothing", "", "", 415, 0},
		{"file", mKind, mBody, 0, 100},
		{"no file chosen", noneKind, noneBody, 0, 0},
		{"large file", bigKind, bigBody, 413, 0},
		{"unexpected file", oddKind, oddBody, 422, 0},
		{"broken off", mKind, mBody[:len(mBody)-80], 400, 0},
		{"no boundary", "multipart/form-data", mBody, 400, 0},
	} {
		r := httptest.NewRequest("POST", "/?headline=query", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		f, err := ReadForm(httptest.NewRecorder(), r, "file", 1000)
		status := 0
		if err != nil {
			status = Explain(err).Status
		}
		if status != c.want || err == nil && (f.Text("headline") != "A\nB" || len(f.File) != c.file) {
			t.Errorf("%s: %d (%v) %q file %d, want %d", c.name, status, err, f.Text("headline"), len(f.File), c.want)
		}
	}
}

func TestMaxBody(t *testing.T) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(url.Values{"a": {"0123456789"}}.Encode()))
	if err := MaxBody(5, nil)(httptest.NewRecorder(), r); news.KindOf(err) != news.TooLarge {
		t.Errorf("announced too large: %v", err)
	}
}

func FuzzReadForm(f *testing.F) {
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--x--\r\n")
	f.Add("application/x-www-form-urlencoded", "a=b&c=%20")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		form, err := ReadForm(httptest.NewRecorder(), r, "file", 1000)
		if err == nil && len(form.File) > 1000 {
			t.Errorf("a file of %d bytes", len(form.File))
		}
		if err != nil && Explain(err).Internal() {
			t.Errorf("internal: %v", err)
		}
	})
}
