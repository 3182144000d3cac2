package imaging

import (
	"image"
	"image/color"
)

// rows reads a decoded picture line by line as opaque RGB, three bytes for a
// pixel; what is transparent, and what a first frame leaves free of its
// canvas, is white.
type rows struct {
	img    image.Image
	at     image.Point // where the picture's corner stands on the canvas
	canvas image.Rectangle
	line   func(x0, x1, y int, dst []byte) // in the picture's own coordinates
}

func newRows(img image.Image, h header) rows {
	r := rows{img: img, canvas: image.Rect(0, 0, h.width, h.height)}
	r.at = h.frame
	if h.format == "gif" {
		r.at = img.Bounds().Min
	}
	switch img := img.(type) {
	case *image.YCbCr:
		r.line = func(x0, x1, y int, dst []byte) { lineYCbCr(img, x0, x1, y, dst) }
	case *image.NYCbCrA:
		r.line = func(x0, x1, y int, dst []byte) {
			lineYCbCr(&img.YCbCr, x0, x1, y, dst)
			for x := x0; x < x1; x++ {
				whiten(dst[3*(x-x0):], uint32(img.A[img.AOffset(x, y)]))
			}
		}
	case *image.Gray:
		r.line = func(x0, x1, y int, dst []byte) {
			for i, v := range img.Pix[img.PixOffset(x0, y):][:x1-x0] {
				dst[3*i], dst[3*i+1], dst[3*i+2] = v, v, v
			}
		}
	case *image.RGBA: // premultiplied, but only opaque pictures are decoded to it
		r.line = func(x0, x1, y int, dst []byte) {
			src := img.Pix[img.PixOffset(x0, y):]
			for i := range x1 - x0 {
				white := 255 - src[4*i+3]
				dst[3*i], dst[3*i+1], dst[3*i+2] = src[4*i]+white, src[4*i+1]+white, src[4*i+2]+white
			}
		}
	case *image.NRGBA:
		r.line = func(x0, x1, y int, dst []byte) {
			src := img.Pix[img.PixOffset(x0, y):]
			for i := range x1 - x0 {
				dst[3*i], dst[3*i+1], dst[3*i+2] = src[4*i], src[4*i+1], src[4*i+2]
				whiten(dst[3*i:], uint32(src[4*i+3]))
			}
		}
	case *image.CMYK:
		r.line = func(x0, x1, y int, dst []byte) {
			src := img.Pix[img.PixOffset(x0, y):]
			for i := range x1 - x0 {
				dst[3*i], dst[3*i+1], dst[3*i+2] = color.CMYKToRGB(src[4*i], src[4*i+1], src[4*i+2], src[4*i+3])
			}
		}
	case *image.Paletted:
		table := flatPalette(img.Palette)
		r.line = func(x0, x1, y int, dst []byte) {
			for i, v := range img.Pix[img.PixOffset(x0, y):][:x1-x0] {
				copy(dst[3*i:3*i+3], table[v][:])
			}
		}
	default: // 16 bits
		r.line = func(x0, x1, y int, dst []byte) {
			for x := x0; x < x1; x++ {
				c := flatten(img.At(x, y))
				copy(dst[3*(x-x0):], c[:])
			}
		}
	}
	return r
}

// read fills dst with the canvas's pixels from x0 to x1 of line y.
func (r *rows) read(x0, x1, y int, dst []byte) {
	b := r.img.Bounds()
	y += b.Min.Y - r.at.Y
	dx := b.Min.X - r.at.X
	from, to := max(x0+dx, b.Min.X), min(x1+dx, b.Max.X)
	if y < b.Min.Y || y >= b.Max.Y || from >= to {
		from, to = x0+dx, x0+dx
	}
	if from-dx > x0 || to-dx < x1 {
		for i := range dst {
			dst[i] = 255
		}
	}
	if from < to {
		r.line(from, to, y, dst[3*(from-dx-x0):])
	}
}

func lineYCbCr(img *image.YCbCr, x0, x1, y int, dst []byte) {
	luma := img.Y[img.YOffset(x0, y):]
	for x := x0; x < x1; x++ {
		c := img.COffset(x, y)
		i := 3 * (x - x0)
		dst[i], dst[i+1], dst[i+2] = color.YCbCrToRGB(luma[x-x0], img.Cb[c], img.Cr[c])
	}
}

// whiten lays a pixel of the given opacity on white.
func whiten(p []byte, alpha uint32) {
	if alpha == 255 {
		return
	}
	for i, v := range p[:3] {
		p[i] = byte((uint32(v)*alpha + 255*(255-alpha) + 127) / 255)
	}
}

func flatten(c color.Color) [3]byte {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	p := [3]byte{n.R, n.G, n.B}
	whiten(p[:], uint32(n.A))
	return p
}

// flatPalette has an entry for every byte, since a broken file may use more
// colours than it names.
func flatPalette(p color.Palette) *[256][3]byte {
	var table [256][3]byte
	for i, c := range p[:min(len(p), 256)] {
		table[i] = flatten(c)
	}
	return &table
}
