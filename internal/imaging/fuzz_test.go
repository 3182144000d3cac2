package imaging

import (
	"bytes"
	"context"
	"errors"
	"image/gif"
	"os"
	"testing"
)

func seeds(f *testing.F) {
	small := jpegOf(f, scene(16, 16), 80)
	var g bytes.Buffer
	if err := gif.Encode(&g, scene(16, 16), nil); err != nil {
		f.Fatal(err)
	}
	for _, b := range [][]byte{
		small, pngOf(f, scene(16, 16)), g.Bytes(), withSegment(small, 0xE1, exif(6)),
		withSegment(small, 0xED, iptc(true, map[byte]string{120: "caption"})), withSegment(small, 0xE1, xmp(`photoshop:Credit="x"/>`)),
		withSegment(small, 0xE2, append([]byte("ICC_PROFILE\x00\x01\x01"), profile("RGB ", adobeRGB, gamma(2.2))...)),
		[]byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"),
		[]byte("RIFF\x40\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x01\x00\x00ANMF\x1e\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00VP8L\x05\x00\x00\x00\x2f\x00\x00\x00\x00"),
	} {
		f.Add(b)
	}
	// A few of the collection, where it is there.
	for _, name := range []string{"colour-format/webp-animated.webp", "colour-format/png-1bit.png", "imagemeta/hugo-issue-15324.jpg", "colour-format/png-2bit.png"} {
		if b, err := os.ReadFile("../../../shared/data/pictures/" + name); err == nil {
			f.Add(b)
		}
	}
}

// FuzzInspect holds Inspect and, for what is small, Renditions to their word:
// a picture, or a refusal.
func FuzzInspect(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Inspect(context.Background(), b)
		var r *Refused
		if err != nil {
			if !errors.As(err, &r) || r.Reason == "" {
				t.Fatalf("%v, want a refusal with a reason", err)
			}
			return
		}
		if p.Width <= 0 || p.Height <= 0 || p.Width*p.Height > MaxPixels || p.Metadata.Orientation < 1 || p.Metadata.Orientation > 8 {
			t.Fatalf("%+v", p)
		}
		if p.Width*p.Height > 1<<16 {
			return
		}
		rs, err := Renditions(context.Background(), b, Options{Widths: []int{20, 50}, Proportion: 1.5})
		if err != nil && !errors.As(err, &r) {
			t.Fatal(err)
		}
		for _, r := range rs {
			decoded(t, r)
		}
	})
}

// FuzzWalkJPEG: the walk must end, and count at least the scans that the
// decoder will see, which for a file that decodes is at least one.
func FuzzWalkJPEG(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 2 {
			return
		}
		h := header{format: "jpeg"}
		if err := walkJPEG(b, &h); err != nil || h.decoded > 1<<22 {
			return
		}
		h.body = b
		if img, err := decode(context.Background(), h); err == nil {
			if h.scans == 0 {
				t.Fatalf("%v decoded, but no scan was counted", img.Bounds())
			}
			n := int64(img.Bounds().Dx()) * int64(img.Bounds().Dy())
			if h.decoded < n {
				t.Fatalf("%v decoded, but only %d bytes were foreseen", img.Bounds(), h.decoded)
			}
		}
	})
}

func FuzzXMP(f *testing.F) {
	f.Add(xmp(`photoshop:Credit="x"><dc:creator><rdf:Seq><rdf:li>A</rdf:li></rdf:Seq></dc:creator></rdf:Description>`)[29:])
	f.Add([]byte(`<rdf:RDF xmlns:rdf="` + nsRDF + `"><rdf:Description><a><b/></a></rdf:Description></rdf:RDF></x>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, v := range parseXMP(b) {
			if v == "" || name == "" {
				t.Fatalf("%q = %q", name, v)
			}
		}
	})
}
