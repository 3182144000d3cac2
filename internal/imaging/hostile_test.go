package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"path"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// busy is the processor time that this process has used: other tests beside
// it do not count.
func busy(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measured runs a picture through everything and reports what it cost.
func measured(t *testing.T, name string, b []byte) ([]Rendition, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := busy(t)
	_, err := Inspect(context.Background(), b)
	inspected := busy(t) - start
	var rs []Rendition
	if err == nil {
		rs, err = Renditions(context.Background(), b, Options{})
	}
	took := busy(t) - start
	runtime.ReadMemStats(&after)
	// All that was ever allocated bounds what was held at once.
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 300 {
		t.Errorf("%s: allocated %d MB, want at most 300", name, mb)
	}
	// Bombs took a naive server 20 s and more; the costliest picture that is taken needs
	// 1.5 s of a quiet core, and half as much again of one whose twin is busy.
	if took > patience*5*time.Second {
		t.Errorf("%s: took %v (%v to inspect), want at most 5s", name, took, inspected)
	}
	var r *Refused
	if err != nil && !errors.As(err, &r) {
		t.Errorf("%s: %v, want renditions or a refusal", name, err)
	}
	if err == nil && len(rs) == 0 {
		t.Errorf("%s: neither renditions nor an error", name)
	}
	return rs, err
}

func TestHostileFilesAreRefusedOrHarmless(t *testing.T) {
	for _, folder := range []string{"generated/images", "generated/uploads"} {
		files(t, data(t, "hostile", folder), func(name string, b []byte) {
			_, err := measured(t, name, b)
			for _, bomb := range []string{"bomb_", "progressive_", "lie_", "canvas_", "valid_108Mpx", "zero_width", ".svg", "html_as"} {
				if strings.Contains(path.Base(name), bomb) && err == nil {
					t.Errorf("%s was taken", name)
				}
			}
		})
	}
}

func TestEveryPictureOfTheCollection(t *testing.T) {
	taken := 0
	var heavy []string
	files(t, data(t, "pictures"), func(name string, b []byte) {
		if strings.Contains(name, "imagemeta-expected") {
			return
		}
		rs, _ := measured(t, name, b)
		if rs == nil {
			return
		}
		taken++
		for i, r := range rs {
			decoded(t, r)
			if i > 0 && r.Width <= rs[i-1].Width {
				t.Errorf("%s: widths %d, %d", name, rs[i-1].Width, r.Width)
			}
			if r.Width == 960 && len(r.Bytes) > budgetFor(r.Width, r.Height) {
				heavy = append(heavy, path.Base(name))
			}
		}
	})
	t.Logf("%d pictures taken; heavier than the budget at 960: %v", taken, heavy)
	if taken < 60 {
		t.Errorf("%d pictures taken, want at least 60", taken)
	}
}

// pngSaying is a small PNG with a header that says something else.
func pngSaying(t *testing.T, w, h uint32, depth, kind, interlace byte) []byte {
	t.Helper()
	b := pngOf(t, scene(8, 8))
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	b[24], b[25], b[28] = depth, kind, interlace
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// TestBombs are made here, since they are large or too easily made smaller.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("arithmetic on large pictures, one after the other")
	}
	two := color.Palette{color.Black, color.White}
	frames := &gif.GIF{}
	for range 40 {
		frames.Image = append(frames.Image, image.NewPaletted(image.Rect(0, 0, 2000, 2000), two))
		frames.Delay = append(frames.Delay, 1)
	}
	var animation bytes.Buffer
	if err := gif.EncodeAll(&animation, frames); err != nil {
		t.Fatal(err)
	}
	small := jpegOf(t, scene(64, 64), 80)
	sos := bytes.Index(small, []byte{0xFF, 0xDA})
	scan := small[sos : len(small)-2]
	layered := func(n int) []byte {
		b := bytes.Clone(small[:sos])
		for range n {
			b = append(b, scan...)
		}
		return append(b, 0xFF, 0xD9)
	}
	progressive := func(w, h int) []byte {
		b := bytes.Clone(small)
		at := bytes.Index(b, []byte{0xFF, 0xC0})
		b[at+1] = 0xC2
		binary.BigEndian.PutUint16(b[at+5:], uint16(h))
		binary.BigEndian.PutUint16(b[at+7:], uint16(w))
		return b
	}
	// One colour for ever: 9 bytes unpack to any size.
	flat := func(w, h uint32) []byte {
		b := []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
		binary.LittleEndian.PutUint32(b[21:], w-1|(h-1)<<14|1<<28)
		return b
	}
	segments := bytes.Clone(small[:2])
	for range 100_000 {
		segments = append(segments, 0xFF, 0xE5, 0, 2)
	}
	for _, c := range []struct {
		name  string
		data  []byte
		taken bool
	}{
		{"108 million grey pixels", pngSaying(t, 12000, 9000, 8, 0, 0), false},
		{"50 million pixels of 16 bits", pngSaying(t, 7100, 7100, 16, 6, 0), false},
		{"50 million pixels, interlaced", pngSaying(t, 7100, 7100, 8, 6, 1), false},
		{"40 frames of 4 million pixels", animation.Bytes(), true},
		{"four plain scans", layered(4), true},
		{"five plain scans", layered(5), false},
		{"5,000 plain scans", layered(5000), false},
		{"progressive, 35 million pixels", progressive(7000, 5000), false},
		{"100,000 segments", append(segments, small[2:]...), false},
		{"WebP of 61 million pixels", flat(16000, 3820), false},
		{"WebP of 58 million pixels", flat(16000, 3600), true},
		{"as long as it gets", pngOf(t, image.NewGray(image.Rect(0, 0, 2, 65536))), false},
		{"very tall", pngOf(t, image.NewGray(image.Rect(0, 0, 900, 30000))), true},
		{"very wide", pngOf(t, image.NewGray(image.Rect(0, 0, 60000, 2))), true},
		{"one pixel", pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1))), true},
	} {
		_, err := measured(t, c.name, c.data)
		if (err == nil) != c.taken {
			t.Errorf("%s: %v, want taken %v", c.name, err, c.taken)
		}
	}
}
