package imaging

import (
	"image"
	"testing"

	"golang.org/x/image/draw"
)

// BenchmarkResize is ours beside x/image/draw's, same filter, same pixels.
func BenchmarkResize(b *testing.B) {
	src := scene(3000, 2000)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			resize(src, 1600, 1067)
		}
	})
	b.Run("draw", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dst := image.NewRGBA(image.Rect(0, 0, 1600, 1067))
			draw.CatmullRom.Scale(dst, dst.Rect, src, src.Rect, draw.Src, nil)
		}
	})
}

// BenchmarkRenditions24MP is a photograph of today's cameras.
func BenchmarkRenditions24MP(b *testing.B) {
	file := jpegOf(b, scene(6000, 4000), 90)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Renditions(b.Context(), file, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
