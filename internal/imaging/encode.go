package imaging

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
)

const (
	bestQuality = 82
	leastGood   = 60

	// budget is what a rendition 960 pixels wide should weigh at most: an
	// article with its lead picture is to stay below 90 kB on a telephone.
	budget = 60_000
	// Above this many pixels a second try costs more than it saves.
	searchPixels = 4_000_000
)

// encode writes a baseline JPEG at the best quality that keeps the budget, and
// at the least good one where none does: a picture full of leaves may weigh
// more, but is not spoilt. The segment goes in behind the beginning.
func encode(img *image.RGBA, quality int, segment []byte) ([]byte, error) {
	if quality <= 0 || quality > 100 {
		quality = bestQuality
	}
	var pic image.Image = img
	if g := asGrey(img); g != nil {
		pic = g
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	best, err := jpegAt(pic, quality)
	if err != nil {
		return nil, err
	}
	if limit := budgetFor(w, h) - len(segment); len(best) > limit && quality > leastGood && w*h <= searchPixels {
		if best, err = lighter(pic, quality, len(best), limit); err != nil {
			return nil, err
		}
	}
	out := make([]byte, 0, len(best)+len(segment))
	out = append(out, best[:2]...)
	out = append(out, segment...)
	return append(out, best[2:]...), nil
}

// lighter looks for the quality that just keeps the limit, knowing the size at
// one that does not. A file's size follows the coarseness of its steps (200
// less twice the quality) to about the power of −0.6, so two or three tries do
// where halving takes five.
func lighter(pic image.Image, quality, size, limit int) ([]byte, error) {
	var best, last []byte
	low, high := leastGood, quality-1
	for tries := 0; low <= high && tries < 4; tries++ {
		coarse := float64(200-2*quality) * math.Pow(float64(size)/float64(limit), 1/0.6)
		quality = max(low, min(high, int(100-coarse/2)))
		var err error
		if last, err = jpegAt(pic, quality); err != nil {
			return nil, err
		}
		if size = len(last); size > limit {
			high = quality - 1
			continue
		}
		best, low = last, quality+1
		if size > limit-limit/16 {
			break
		}
	}
	switch {
	case best != nil:
		return best, nil
	case quality == leastGood:
		return last, nil
	}
	return jpegAt(pic, leastGood)
}

// budgetFor grows with the area, as files do; what is taller than 3:2 upright
// may weigh more in proportion.
func budgetFor(w, h int) int {
	b := float64(budget) * float64(w) / 960 * float64(w) / 960
	if tall := float64(h) / (1.5 * float64(w)); tall > 1 {
		b *= tall
	}
	return max(16_000, int(b))
}

func jpegAt(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// asGrey is the picture in one channel, when it has no colour.
func asGrey(img *image.RGBA) *image.Gray {
	for i := 0; i+3 < len(img.Pix); i += 4 {
		if img.Pix[i] != img.Pix[i+1] || img.Pix[i] != img.Pix[i+2] {
			return nil
		}
	}
	g := image.NewGray(img.Rect)
	for i := range g.Pix {
		g.Pix[i] = img.Pix[4*i]
	}
	return g
}
