package imaging

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// data is a folder of the shared test material, or skips the test.
func data(t testing.TB, elem ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{"..", "..", "..", "shared", "data"}, elem...)...)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no test material: %s is not there", filepath.Join(append([]string{"../shared/data"}, elem...)...))
	}
	return dir
}

// files calls f for every file below a folder of the test material.
func files(t *testing.T, dir string, f func(name string, b []byte)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		n++
		if len(b) > largest {
			return nil
		}
		f(filepath.ToSlash(p), b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatalf("no file in %s", dir)
	}
}

// scene is a picture without any symmetry, smooth enough to survive JPEG.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			img.SetRGBA(x, y, color.RGBA{uint8(255 * u), uint8(255 * v), uint8(127 + 120*math.Sin(5*u+9*v*v)), 255})
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withSegment puts a segment behind a JPEG's beginning.
func withSegment(file []byte, marker byte, body []byte) []byte {
	n := len(body) + 2
	out := append([]byte{}, file[:2]...)
	out = append(out, 0xFF, marker, byte(n>>8), byte(n))
	out = append(out, body...)
	return append(out, file[2:]...)
}

// withChunk puts a chunk behind a PNG's header.
func withChunk(file []byte, kind string, body []byte) []byte {
	c := append([]byte(kind), body...)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = binary.BigEndian.AppendUint32(append(chunk, c...), crc32.ChecksumIEEE(c))
	return append(append(bytes.Clone(file[:33]), chunk...), file[33:]...)
}

// withRIFF adds chunks to a WebP, behind a header that announces them.
func withRIFF(t testing.TB, file []byte, flags byte, w, h int, chunks ...[]byte) []byte {
	t.Helper()
	out := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00")
	out = append(out, flags, 0, 0, 0, byte(w-1), byte((w-1)>>8), 0, byte(h-1), byte((h-1)>>8), 0)
	out = append(out, file[12:]...)
	for _, c := range chunks {
		out = append(out, c[:4]...)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(c)-4))
		out = append(out, c[4:]...)
		if len(c)%2 == 1 {
			out = append(out, 0)
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// exif is an APP1 body with an orientation and the tags that give people away.
func exif(orientation int) []byte {
	type entry struct {
		tag, kind uint16
		value     []byte
	}
	text := func(s string) []byte { return append([]byte(s), 0) }
	short := func(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
	ifd := func(at int, list []entry) []byte {
		var head, tail []byte
		head = binary.BigEndian.AppendUint16(head, uint16(len(list)))
		room := at + 2 + 12*len(list) + 4
		for _, e := range list {
			head = binary.BigEndian.AppendUint16(head, e.tag)
			head = binary.BigEndian.AppendUint16(head, e.kind)
			size := map[uint16]int{2: 1, 3: 2, 4: 4, 5: 8}[e.kind]
			head = binary.BigEndian.AppendUint32(head, uint32(len(e.value)/size))
			if len(e.value) <= 4 {
				head = append(head, append(e.value, 0, 0, 0, 0)[:4]...)
				continue
			}
			head = binary.BigEndian.AppendUint32(head, uint32(room+len(tail)))
			tail = append(tail, e.value...)
		}
		return append(append(head, 0, 0, 0, 0), tail...)
	}
	rational := func(v ...uint32) (b []byte) {
		for _, x := range v {
			b = binary.BigEndian.AppendUint32(b, x)
			b = binary.BigEndian.AppendUint32(b, 1)
		}
		return b
	}
	const gpsAt = 4096
	root := ifd(8, []entry{
		{0x010E, 2, text("A caption of the camera's")},
		{0x010F, 2, text("Maker of cameras")},
		{0x0112, 3, short(orientation)},
		{0x013B, 2, text("Confidential Source")},
		{0x8298, 2, text("(c) Somebody")},
		{0x8825, 4, binary.BigEndian.AppendUint32(nil, gpsAt)},
		{0xA431, 2, text("SERIAL-4711")},
	})
	gps := ifd(gpsAt, []entry{
		{1, 2, text("N")}, {2, 5, rational(53, 4, 30)},
		{3, 2, text("E")}, {4, 5, rational(8, 48, 15)},
	})
	tiff := append([]byte("MM\x00*\x00\x00\x00\x08"), root...)
	tiff = append(tiff, make([]byte, gpsAt-len(tiff))...)
	tiff = append(tiff, gps...)
	return append([]byte("Exif\x00\x00"), tiff...)
}

// psnr is the likeness of two pictures in decibels; above 30 they look alike.
func psnr(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("pictures of %v and %v", a.Bounds(), b.Bounds())
	}
	sum, n := 0.0, 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := flatten(a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y))
			q := flatten(b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y))
			for c := range p {
				d := float64(p[c]) - float64(q[c])
				sum += d * d
				n++
			}
		}
	}
	if sum == 0 {
		return 99
	}
	return 10 * math.Log10(255*255/(sum/float64(n)))
}

func decoded(t testing.TB, r Rendition) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(r.Bytes))
	if err != nil {
		t.Fatalf("rendition of %d pixels: %v", r.Width, err)
	}
	if img.Bounds().Dx() != r.Width || img.Bounds().Dy() != r.Height {
		t.Fatalf("rendition says %d by %d, is %v", r.Width, r.Height, img.Bounds())
	}
	return img
}
