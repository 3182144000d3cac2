package imaging

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"strings"
	"testing"
)

func TestInspectKnowsPicturesByTheirContent(t *testing.T) {
	var g bytes.Buffer
	if err := gif.Encode(&g, scene(30, 20), nil); err != nil {
		t.Fatal(err)
	}
	plain := jpegOf(t, scene(30, 20), 80)
	dot := []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
	wide := bytes.Clone(dot)
	wide[21] = 2 // three pixels; Inspect does not unpack them
	for _, c := range []struct {
		name, format string
		data         []byte
		w, h         int
	}{
		{"jpeg", "jpeg", plain, 30, 20},
		{"png", "png", pngOf(t, scene(30, 20)), 30, 20},
		{"gif", "gif", g.Bytes(), 30, 20},
		{"lying jpeg", "jpeg", withSegment(plain, 0xE1, exif(6)), 20, 30},
		{"lying png", "png", withChunk(pngOf(t, scene(30, 20)), "eXIf", exif(6)[6:]), 20, 30},
		{"webp", "webp", dot, 1, 1},
		{"lying webp", "webp", withRIFF(t, wide, 8, 3, 1, append([]byte("EXIF"), exif(8)...)), 1, 3},
		{"jpeg with rubbish behind", "jpeg", append(bytes.Clone(plain), "PK\x03\x04 more"...), 30, 20},
	} {
		p, err := Inspect(context.Background(), c.data)
		if err != nil || p.Format != c.format || p.Type != "image/"+c.format || p.Width != c.w || p.Height != c.h {
			t.Errorf("%s: %s %d by %d, %v; want %s %d by %d", c.name, p.Type, p.Width, p.Height, err, c.format, c.w, c.h)
		}
	}
}

func TestInspectRefusesWithAReasonForPeople(t *testing.T) {
	wide := image.NewGray(image.Rect(0, 0, 9000, 7000))
	for _, c := range []struct{ name, data, says string }{
		{"nothing", "", "empty"},
		{"text", "Hello", "JPEG, PNG, WebP or GIF"},
		{"svg", "<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "SVG"},
		{"html", "\xef\xbb\xbf <!doctype html><img>", "web page"},
		{"heic", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"},
		{"avif", "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1", "AVIF"},
		{"mp4", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomiso2", "video"},
		{"pdf", "%PDF-1.7", "PDF"},
		{"tiff", "II*\x00\x08\x00\x00\x00", "raw file"},
		{"zip", "PK\x03\x04....", "ZIP"},
		{"half a jpeg", "\xff\xd8\xff\xe0", "damaged"},
		{"too many pixels", string(pngOf(t, wide)), "9000 by 7000"},
		{"huge file", "\xff\xd8\xff" + strings.Repeat("\x00", MaxFileBytes), "larger than 50 MB"},
	} {
		_, err := Inspect(context.Background(), []byte(c.data))
		var r *Refused
		if !errors.As(err, &r) || !strings.Contains(r.Reason, c.says) {
			t.Errorf("%s: %v, want a reason with %q", c.name, err, c.says)
			continue
		}
		if _, err := Renditions(context.Background(), []byte(c.data), Options{}); !errors.As(err, &r) {
			t.Errorf("%s: Renditions: %v, want the same refusal", c.name, err)
		}
	}
}

func TestGivesUpWithItsContext(t *testing.T) {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	b := jpegOf(t, scene(30, 20), 80)
	var r *Refused
	if _, err := Inspect(over, b); !errors.Is(err, context.Canceled) || errors.As(err, &r) {
		t.Errorf("Inspect: %v, want context canceled", err)
	}
	if _, err := Renditions(over, b, Options{}); !errors.Is(err, context.Canceled) || errors.As(err, &r) {
		t.Errorf("Renditions: %v, want context canceled", err)
	}
}

func TestWaitsForATurn(t *testing.T) {
	for range cap(decoding) {
		leave, err := enter(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := Renditions(ctx, jpegOf(t, scene(30, 20), 80), Options{})
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("with all turns taken: %v, want context canceled", err)
	}
}

func TestColoursOfEveryKindOfPixel(t *testing.T) {
	at := image.Rect(0, 0, 64, 48)
	half := color.NRGBA{200, 40, 40, 128} // on white: 227, 147, 147
	opaque := color.NRGBA{200, 40, 40, 255}
	fill := func(img interface{ Set(x, y int, c color.Color) }, c color.Color) {
		for y := range at.Dy() {
			for x := range at.Dx() {
				img.Set(x, y, c)
			}
		}
	}
	nrgba, deep, deepGrey, pal := image.NewNRGBA(at), image.NewNRGBA64(at), image.NewGray16(at), image.NewPaletted(at, color.Palette{color.Black, half})
	grey := image.NewGray(at)
	fill(nrgba, half)
	fill(deep, half)
	fill(deepGrey, color.Gray{120})
	fill(grey, color.Gray{120})
	fill(pal, half)
	full := image.NewNRGBA(at)
	fill(full, opaque)
	for _, c := range []struct {
		name string
		img  image.Image
		want color.RGBA
	}{
		{"half transparent", nrgba, color.RGBA{227, 147, 147, 255}},
		{"half transparent, 16 bits", deep, color.RGBA{227, 147, 147, 255}},
		{"half transparent palette", pal, color.RGBA{227, 147, 147, 255}},
		{"opaque", full, color.RGBA{200, 40, 40, 255}},
		{"grey", grey, color.RGBA{120, 120, 120, 255}},
		{"grey, 16 bits", deepGrey, color.RGBA{120, 120, 120, 255}},
	} {
		rs, err := Renditions(context.Background(), pngOf(t, c.img), Options{})
		if err != nil || len(rs) != 1 {
			t.Errorf("%s: %d renditions, %v", c.name, len(rs), err)
			continue
		}
		got := color.RGBAModel.Convert(decoded(t, rs[0]).At(30, 20)).(color.RGBA)
		if far(got.R, c.want.R) || far(got.G, c.want.G) || far(got.B, c.want.B) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func far(a, b uint8) bool { d := int(a) - int(b); return d > 3 || d < -3 }
