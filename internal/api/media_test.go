package api_test

import (
	"bytes"
	"image"
	"image/color"
	pngs "image/png"
	"path/filepath"
	"strings"
	"testing"

	"dateline/internal/news"
)

// png draws a picture.
func png(t testing.TB, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := pngs.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestMedia(t *testing.T) {
	h := newHouse(t)
	s := h.want(h.ask(file("file", "harbour.png", png(t, 1200, 800)), news.Reporter), 201, "upload")
	id := s.str("id")
	if s.at("width") != 1200.0 || s.at("height") != 800.0 || s.len("renditions") == 0 || !strings.HasPrefix(s.str("renditions.0.url"), "https://news.example/media/") || s.str("renditions.0.type") != "image/jpeg" {
		t.Errorf("uploaded: %s", s.Body)
	}
	if got := h.want(h.call(news.Reporter, "GET", s.Header().Get("Location"), ""), 200, "read"); got.str("id") != id || got.str("created_at") == "" {
		t.Errorf("read: %s", got.Body)
	}
	h.want(h.call(news.Reporter, "GET", "/api/v1/media/x", ""), 404, "unknown")
	h.draft(`"headline":"With a picture","picture":{"media":"` + id + `","caption":"A harbour","credit":"Ren","alt":"Boats"},"body":"![Boats](media:` + id + ` \"A caption | Ren\")"`)
	for name, data := range map[string][]byte{"text.png": []byte("not a picture"), "empty.jpg": {}, "half.png": png(t, 300, 200)[:200], "page.jpg": []byte("<html><script>alert(1)</script>")} {
		if s := h.want(h.ask(file("file", name, data), news.Reporter), 422, name); s.fields() != "file" {
			t.Errorf("%s names %q, want file", name, s.fields())
		}
	}
	if s := h.want(h.ask(file("picture", "a.png", png(t, 9, 9)), news.Reporter), 422, "another field"); s.fields() != "picture" {
		t.Errorf("names %q", s.fields())
	}
	if s := h.want(h.ask(file("file", "", png(t, 9, 9)), news.Reporter), 422, "no file name"); s.fields() != "file" {
		t.Errorf("names %q", s.fields())
	}
	h.want(h.call(news.Reporter, "POST", "/api/v1/media", `{"file":"x"}`), 415, "JSON")
	h.want(h.ask(file("file", "big.png", make([]byte, 64<<20+1)), news.Reporter), 413, "too large")
}

func TestHostileUploads(t *testing.T) {
	h := newHouse(t)
	shared(t, "hostile/generated/uploads/empty.jpg")
	for _, dir := range []string{"uploads", "images"} {
		files, _ := filepath.Glob("../../../shared/data/hostile/generated/" + dir + "/*.*")
		for _, f := range files {
			data := shared(t, strings.TrimPrefix(filepath.ToSlash(f), "../../../shared/data/"))
			s := h.ask(file("file", filepath.Base(f), data), news.Editor)
			switch {
			case s.Code == 201:
				if s.len("renditions") == 0 {
					t.Errorf("%s: taken without renditions", f)
				}
			case s.Code == 422 && s.fields() == "file":
			default:
				t.Errorf("%s: %d %s", f, s.Code, s.Body)
			}
		}
	}
}
