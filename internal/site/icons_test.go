package site

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"
)

// TestIcons holds the icon files against what the pages say of them. With
// DATELINE_WRITE_ICONS=1 it draws them anew from icon.svg with Chromium.
func TestIcons(t *testing.T) {
	if os.Getenv("DATELINE_WRITE_ICONS") != "" {
		writeIcons(t)
	}
	for name, size := range map[string]int{"icon-96.png": 96, "icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512} {
		b, err := os.ReadFile(filepath.Join("assets", name))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := img.Bounds().Size(); got != image.Pt(size, size) {
			t.Errorf("%s is %v, want %d square", name, got, size)
		}
		if _, _, _, a := img.At(0, 0).RGBA(); a != 0xffff {
			t.Errorf("%s is transparent at its corner; home screens would show black", name)
		}
	}
	ico, err := os.ReadFile("assets/favicon.ico")
	if err != nil {
		t.Fatal(err)
	}
	if len(ico) < 22 || ico[6] != 48 || ico[7] != 48 {
		t.Fatal("favicon.ico does not hold one icon of 48 by 48")
	}
	if _, err := png.Decode(bytes.NewReader(ico[22:])); err != nil {
		t.Errorf("favicon.ico: %v", err)
	}
}

func writeIcons(t *testing.T) {
	t.Helper()
	svg, err := os.ReadFile("assets/icon.svg")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "icon.html")
	if err := os.WriteFile(page, append([]byte("<!doctype html><style>html,body{margin:0}svg{display:block;width:1024px}</style>"), svg...), 0o644); err != nil {
		t.Fatal(err)
	}
	shot := filepath.Join(dir, "shot.png")
	if out, err := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--force-device-scale-factor=1", "--window-size=1024,1200", "--screenshot="+shot, "file://"+page).CombinedOutput(); err != nil {
		t.Fatalf("draw icon: %v\n%s", err, out)
	}
	f, err := os.Open(shot)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	big, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	scaled := func(size int) []byte {
		img := image.NewRGBA(image.Rect(0, 0, size, size))
		draw.CatmullRom.Scale(img, img.Bounds(), big, image.Rect(0, 0, 1024, 1024), draw.Src, nil)
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, size := range map[string]int{"icon-96.png": 96, "icon-180.png": 180, "icon-192.png": 192, "icon-512.png": 512} {
		if err := os.WriteFile(filepath.Join("assets", name), scaled(size), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	small := scaled(48)
	// An ICO with one picture: a header, one entry, then the PNG as it is.
	ico := []byte{0, 0, 1, 0, 1, 0, 48, 48, 0, 0, 1, 0, 32, 0}
	ico = binary.LittleEndian.AppendUint32(ico, uint32(len(small)))
	ico = binary.LittleEndian.AppendUint32(ico, 22)
	if err := os.WriteFile("assets/favicon.ico", append(ico, small...), 0o644); err != nil {
		t.Fatal(err)
	}
}
