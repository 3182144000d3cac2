package imaging

import "image"

// swapsSides says whether a picture of this orientation is stored lying.
func swapsSides(o int) bool { return o >= 5 && o <= 8 }

// stored tells where the pixel at x, y of the upright picture stands in the
// stored one, whose sides are w and h.
func stored(o, x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// storedRect is the part of the stored picture that shows as r when upright.
func storedRect(o int, r image.Rectangle, w, h int) image.Rectangle {
	ax, ay := stored(o, r.Min.X, r.Min.Y, w, h)
	bx, by := stored(o, r.Max.X-1, r.Max.Y-1, w, h)
	return image.Rect(min(ax, bx), min(ay, by), max(ax, bx)+1, max(ay, by)+1)
}

// upright turns a whole picture.
func upright(src *image.RGBA, o int) *image.RGBA {
	if o < 2 || o > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dw, dh := w, h
	if swapsSides(o) {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	// Along a line the stored place moves by a constant step.
	ox, oy := stored(o, 0, 0, w, h)
	ux, uy := stored(o, 1, 0, w, h)
	step := (uy-oy)*src.Stride + (ux-ox)*4
	for y := range dh {
		sx, sy := stored(o, 0, y, w, h)
		from := sy*src.Stride + sx*4
		line := dst.Pix[y*dst.Stride:][:4*dw]
		for x := 0; x < len(line); x += 4 {
			copy(line[x:x+4], src.Pix[from:from+4])
			from += step
		}
	}
	return dst
}

// cropTo is the largest part of a picture with the given proportion (width by
// height; 0 is all of it) that keeps the focal point as near to its middle as
// the edges allow.
func cropTo(w, h int, proportion float64, focal Point) image.Rectangle {
	if !(proportion > 0) {
		return image.Rect(0, 0, w, h)
	}
	if focal == (Point{}) {
		focal = Point{0.5, 0.5}
	}
	cw, ch := w, h
	if exact := float64(h) * proportion; exact < float64(w) {
		cw = max(1, int(exact+0.5))
	} else {
		ch = max(1, min(h, int(float64(w)/proportion+0.5)))
	}
	place := func(side, part int, at float64) int {
		if !(at > 0) { // not a number, too
			at = 0
		}
		return max(0, min(side-part, int(min(at, 1)*float64(side)-float64(part)/2+0.5)))
	}
	x, y := place(w, cw, focal.X), place(h, ch, focal.Y)
	return image.Rect(x, y, x+cw, y+ch)
}
