package imaging

import (
	"context"
	"fmt"
	"image"
	"math"
	"slices"
)

// Point is a place in a picture, as parts of its width and height: 0, 0 is the
// upper left and 1, 1 the lower right corner.
type Point struct{ X, Y float64 }

// Options say what Renditions makes. The zero value makes the whole picture
// in the usual widths without credit.
type Options struct {
	Widths  []int // pixels; nil is 480, 960, 1600; at most 8
	Quality int   // the best JPEG quality to try; 0 is 82

	// Proportion, width by height (16.0/9), crops to that shape around Focal;
	// 0 leaves the picture whole.
	Proportion float64
	Focal      Point // the zero value is the middle

	// Credit and Copyright are written into the files, and nothing else is.
	// Give what the newsroom confirmed, not what the file said.
	Credit, Copyright string
}

// Rendition is one picture file for readers.
type Rendition struct {
	Width, Height int
	Type          string // "image/jpeg"
	Ext           string // "jpg"
	Bytes         []byte
	Colour        int // the class of the picture's mean colour, see ColourCSS; the same for all of its renditions
}

// defaultWidths are what renditions are made in unless Options say otherwise.
var defaultWidths = []int{480, 960, 1600}

// Renditions unpacks a picture once and makes it upright, sRGB, opaque, in the
// widths asked for, narrowest first. It never enlarges: of the widths the
// picture does not have, it makes instead one in the picture's own width where
// that is worth it, so there is always at least one. A picture that cannot be
// read is a *Refused; one or two are worked on at a time in a process, others
// wait for their turn or the context.
func Renditions(ctx context.Context, data []byte, o Options) ([]Rendition, error) {
	h, err := measure(ctx, data)
	if err != nil {
		return nil, err
	}
	meta := readMetadata(ctx, data, h)

	leave, err := enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	img, err := decode(ctx, h)
	if err != nil {
		return nil, err
	}
	base, own := prepare(img, h, meta.Orientation, o)
	img = nil // the large one may go while the small ones are made
	newColourMap(h.profile).apply(base)
	base = upright(base, meta.Orientation)

	segment := creditSegment(o.Credit, o.Copyright)
	class := ColourClass(base)
	var out []Rendition
	widths := widthsFor(min(own, base.Rect.Dx()), o.Widths)
	shape := float64(base.Rect.Dy()) / float64(base.Rect.Dx())
	for _, w := range slices.Backward(widths) {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("make renditions: %w", err)
		}
		for base.Rect.Dx() >= 3*w { // the narrower ones need not read every pixel again
			base = reduce(newRows(base, header{width: base.Rect.Dx(), height: base.Rect.Dy()}), base.Rect, 2)
		}
		height := max(1, int(math.Round(shape*float64(w))))
		b, err := encode(resize(base, w, height), o.Quality, segment)
		if err != nil {
			return nil, fmt.Errorf("make rendition of %d pixels: %w", w, err)
		}
		out = append(out, Rendition{Width: w, Height: height, Type: "image/jpeg", Ext: "jpg", Bytes: b, Colour: class})
	}
	slices.Reverse(out)
	return out, nil
}

// prepare crops and reduces to something between one and a half and three
// times the largest width, and says how wide the cropped original is upright.
func prepare(img image.Image, h header, orientation int, o Options) (base *image.RGBA, own int) {
	w, t := h.width, h.height
	if swapsSides(orientation) {
		w, t = t, w
	}
	crop := cropTo(w, t, o.Proportion, o.Focal)
	widths := o.Widths
	if len(widths) == 0 {
		widths = defaultWidths
	}
	f := max(1, int(float64(crop.Dx())/(1.5*float64(max(1, slices.Max(widths))))))
	// A picture many times taller than wide stays large however narrow it is.
	for crop.Dx()*crop.Dy()/(f*f) > 24_000_000 {
		f++
	}
	part := storedRect(orientation, crop, h.width, h.height)
	return reduce(newRows(img, h), part, f), crop.Dx()
}

// widthsFor picks from the wanted widths those the picture has; its own
// becomes the last one when it is wide enough beyond them to be seen.
func widthsFor(own int, wanted []int) []int {
	if len(wanted) == 0 {
		wanted = defaultWidths
	}
	wanted = slices.Clone(wanted[:min(len(wanted), 8)])
	slices.Sort(wanted)
	var out []int
	for _, w := range slices.Compact(wanted) {
		if w > 0 && w <= own {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return []int{own}
	}
	if last := out[len(out)-1]; last < slices.Max(wanted) && own >= last+last/5 {
		out = append(out, own)
	}
	return out
}
