package imaging

import (
	"context"
	"fmt"
	"image"
	"testing"
)

// lay is the stored form of an upright picture, made the slow way round.
func lay(up *image.RGBA, o int) *image.RGBA {
	w, h := up.Rect.Dx(), up.Rect.Dy()
	sw, sh := w, h
	if swapsSides(o) {
		sw, sh = h, w
	}
	img := image.NewRGBA(image.Rect(0, 0, sw, sh))
	for y := range h {
		for x := range w {
			sx, sy := x, y
			switch o { // as EXIF says it: what the 0th row and column are
			case 2: // top right
				sx = w - 1 - x
			case 3: // bottom right
				sx, sy = w-1-x, h-1-y
			case 4: // bottom left
				sy = h - 1 - y
			case 5: // left top
				sx, sy = y, x
			case 6: // right top
				sx, sy = y, w-1-x
			case 7: // right bottom
				sx, sy = h-1-y, w-1-x
			case 8: // left bottom
				sx, sy = h-1-y, x
			}
			img.SetRGBA(sx, sy, up.RGBAAt(x, y))
		}
	}
	return img
}

func TestAllOrientationsComeOutUpright(t *testing.T) {
	if testing.Short() {
		t.Skip("arithmetic on large pictures, one after the other")
	}
	up := scene(960, 480)
	want, err := Renditions(context.Background(), jpegOf(t, up, 95), Options{})
	if err != nil {
		t.Fatal(err)
	}
	crop, err := Renditions(context.Background(), jpegOf(t, up, 95), Options{Proportion: 1, Focal: Point{0.9, 0.1}})
	if err != nil {
		t.Fatal(err)
	}
	for o := 1; o <= 8; o++ {
		t.Run(fmt.Sprint(o), func(t *testing.T) {
			file := withSegment(jpegOf(t, lay(up, o), 95), 0xE1, exif(o))
			got, err := Renditions(context.Background(), file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want) {
				t.Fatalf("%d renditions, want %d", len(got), len(want))
			}
			for i := range got {
				if likeness := psnr(t, decoded(t, got[i]), decoded(t, want[i])); likeness < 35 {
					t.Errorf("%d wide: %.1f dB from the upright picture, want 35", got[i].Width, likeness)
				}
			}
			got, err = Renditions(context.Background(), file, Options{Proportion: 1, Focal: Point{0.9, 0.1}})
			if err != nil {
				t.Fatal(err)
			}
			if likeness := psnr(t, decoded(t, got[0]), decoded(t, crop[0])); likeness < 35 {
				t.Errorf("cropped: %.1f dB from the crop of the upright picture, want 35", likeness)
			}
		})
	}
}

func TestCropKeepsTheFocalPoint(t *testing.T) {
	for _, c := range []struct {
		proportion float64
		focal      Point
		want       image.Rectangle
	}{
		{0, Point{0.1, 0.1}, image.Rect(0, 0, 1000, 500)},
		{2, Point{0.1, 0.1}, image.Rect(0, 0, 1000, 500)},
		{1, Point{}, image.Rect(250, 0, 750, 500)},
		{1, Point{0.4, 0.5}, image.Rect(150, 0, 650, 500)},
		{1, Point{0.01, 0.5}, image.Rect(0, 0, 500, 500)},
		{1, Point{1, 1}, image.Rect(500, 0, 1000, 500)},
		{4, Point{0.5, 1}, image.Rect(0, 250, 1000, 500)},
		{1e9, Point{0.5, 0.5}, image.Rect(0, 250, 1000, 251)},
		{1e-9, Point{7, -3}, image.Rect(999, 0, 1000, 500)},
	} {
		if got := cropTo(1000, 500, c.proportion, c.focal); got != c.want {
			t.Errorf("proportion %g round %v: %v, want %v", c.proportion, c.focal, got, c.want)
		}
	}
}
