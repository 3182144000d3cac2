package imaging

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestWidths(t *testing.T) {
	for _, c := range []struct {
		own    int
		wanted []int
		want   []int
	}{
		{6000, nil, []int{480, 960, 1600}},
		{1600, nil, []int{480, 960, 1600}},
		{1599, nil, []int{480, 960, 1599}},
		{1000, nil, []int{480, 960}},
		{959, nil, []int{480, 959}},
		{500, nil, []int{480}},
		{480, nil, []int{480}},
		{100, nil, []int{100}},
		{1, nil, []int{1}},
		{2000, []int{300, 100, 300, -5}, []int{100, 300}},
	} {
		if got := widthsFor(c.own, c.wanted); !slices.Equal(got, c.want) {
			t.Errorf("%d pixels, wanted %v: %v, want %v", c.own, c.wanted, got, c.want)
		}
	}
}

func TestRenditionsLookLikeTheOriginal(t *testing.T) {
	if testing.Short() {
		t.Skip("arithmetic on large pictures, one after the other")
	}
	rs, err := Renditions(context.Background(), jpegOf(t, scene(2400, 1600), 95), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var sizes []string
	for _, r := range rs {
		sizes = append(sizes, fmt.Sprintf("%dx%d", r.Width, r.Height))
		if r.Type != "image/jpeg" || r.Ext != "jpg" {
			t.Errorf("%d wide is %s .%s", r.Width, r.Type, r.Ext)
		}
		if likeness := psnr(t, decoded(t, r), scene(r.Width, r.Height)); likeness < 38 {
			t.Errorf("%d wide: %.1f dB, want 38", r.Width, likeness)
		}
		if len(r.Bytes) > budgetFor(r.Width, r.Height) {
			t.Errorf("%d wide weighs %d bytes, want at most %d", r.Width, len(r.Bytes), budgetFor(r.Width, r.Height))
		}
	}
	if got := strings.Join(sizes, " "); got != "480x320 960x640 1600x1067" {
		t.Errorf("made %s", got)
	}
}

// noisy is a picture between smooth and grain, as much as asked for.
func noisy(w, h int, grain float64) *image.RGBA {
	r := rand.New(rand.NewPCG(1, 2))
	img := scene(w, h)
	for i := range img.Pix {
		if i%4 != 3 {
			img.Pix[i] = byte(max(0, min(255, float64(img.Pix[i])+grain*r.NormFloat64())))
		}
	}
	return img
}

func TestQualityKeepsTheBudget(t *testing.T) {
	for _, c := range []struct {
		name  string
		grain float64
		least bool // even the least good quality is over the budget
	}{{"smooth", 0, false}, {"some grain", 6, false}, {"nothing but grain", 60, true}} {
		img := noisy(960, 640, c.grain)
		b, err := encode(img, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		best, err := jpegAt(img, bestQuality)
		if err != nil {
			t.Fatal(err)
		}
		least, err := jpegAt(img, leastGood)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes; at quality %d %d, at %d %d", c.name, len(b), bestQuality, len(best), leastGood, len(least))
		switch {
		case c.least && len(b) != len(least):
			t.Errorf("%s: %d bytes, want the %d of the least good quality", c.name, len(b), len(least))
		case !c.least && len(b) > budget:
			t.Errorf("%s: %d bytes, want at most %d", c.name, len(b), budget)
		case !c.least && len(best) > budget && len(b) < budget*85/100:
			t.Errorf("%s: %d bytes, a better quality would have fitted into %d", c.name, len(b), budget)
		}
	}
}

func TestResizeKeepsFlatAreasFlat(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 1000, 700))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, w := range []int{1, 3, 333, 999} {
		if out := resize(img, w, max(1, w*7/10)); slices.ContainsFunc(out.Pix, func(v byte) bool { return v != 255 }) {
			t.Errorf("white is not white at %d pixels", w)
		}
	}
}

func TestReduceAveragesSquares(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 7, 5))
	for i := range img.Pix {
		img.Pix[i] = byte(10 * (i % 7))
	}
	out := reduce(newRows(img, header{format: "png", width: 7, height: 5}), img.Rect, 3)
	if out.Rect.Dx() != 2 || out.Rect.Dy() != 1 || out.RGBAAt(0, 0).R != 10 || out.RGBAAt(1, 0).R != 40 {
		t.Errorf("%v: %v %v", out.Rect, out.RGBAAt(0, 0), out.RGBAAt(1, 0))
	}
}

func TestFirstFrameStandsOnItsCanvas(t *testing.T) {
	frame := image.NewPaletted(image.Rect(10, 5, 20, 15), color.Palette{color.RGBA{200, 0, 0, 255}})
	out := reduce(newRows(frame, header{format: "gif", width: 30, height: 20}), image.Rect(0, 0, 30, 20), 1)
	for _, c := range []struct {
		x, y int
		want color.RGBA
	}{
		{9, 5, color.RGBA{255, 255, 255, 255}}, {10, 4, color.RGBA{255, 255, 255, 255}}, {20, 14, color.RGBA{255, 255, 255, 255}},
		{10, 5, color.RGBA{200, 0, 0, 255}}, {19, 14, color.RGBA{200, 0, 0, 255}}, {10, 15, color.RGBA{255, 255, 255, 255}},
	} {
		if got := out.RGBAAt(c.x, c.y); got != c.want {
			t.Errorf("at %d, %d: %v, want %v", c.x, c.y, got, c.want)
		}
	}
}

func TestColourClasses(t *testing.T) {
	seen := map[string]bool{}
	for i := range ColourClasses {
		hex := ColourHex(i)
		var r, g, b uint8
		if _, err := fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b); err != nil || seen[hex] {
			t.Fatalf("class %d is %s, %v, or twice", i, hex, err)
		}
		seen[hex] = true
		img := image.NewRGBA(image.Rect(0, 0, 3, 200))
		for j := 0; j < len(img.Pix); j += 4 {
			copy(img.Pix[j:], []byte{r, g, b, 255})
		}
		if got := ColourClass(img); got != i {
			t.Errorf("a picture of %s is of class %d, want %d", hex, got, i)
		}
	}
	css := ColourCSS()
	if strings.Count(css, "\n") != ColourClasses || !strings.Contains(css, ".c0{background-color:#1f1f1f}\n") || !strings.Contains(css, ".c63{background-color:#fafafa}\n") {
		t.Errorf("style rules:\n%s", css)
	}
	if ColourHex(-1) != ColourHex(64) || ColourClass(image.NewRGBA(image.Rectangle{})) != 27 {
		t.Error("an unknown class or an empty picture is not the middle grey")
	}
}
