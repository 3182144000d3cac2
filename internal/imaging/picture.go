// Package imaging reads picture metadata (IPTC, XMP, EXIF), makes crops and renditions; bytes in, bytes out.
//
// It is given files that strangers made, so nothing here trusts a header: a
// file is measured before it is unpacked, unpacking is bounded in bytes, time
// and number, and what leaves is always a fresh JPEG that holds pixels, credit
// and copyright and nothing else. A picture's place, camera, serial number,
// author and thumbnail stay in the original, which nobody outside may read.
package imaging

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// What a picture may cost. A pixel limit alone is not enough: 203 kB of
// progressive JPEG once kept a core busy for 20 seconds.
const (
	// MaxFileBytes is the largest file that is looked at.
	MaxFileBytes = 50 << 20
	// MaxPixels is the most pixels a picture may have.
	MaxPixels = 60_000_000
	// MaxDecodedBytes is the most memory that a picture may need unpacked.
	MaxDecodedBytes = 256 << 20

	maxSide         = 65_535
	maxScans        = 100           // photographs have 1 to about 12
	maxPlainScans   = 4             // without progression, one for each component is enough
	maxScannedPix   = 1_500_000_000 // scans × pixels; about 0.4 s
	maxProfileBytes = 1 << 20
	maxXMPBytes     = 1 << 20
)

// Picture is what Inspect learns about a file without unpacking it.
type Picture struct {
	Format   string // "jpeg", "png", "gif" or "webp", by content
	Type     string // the media type, "image/jpeg" and so on
	Width    int    // pixels, as a reader sees it, orientation applied
	Height   int
	Metadata Metadata
}

// header is what the walkers and DecodeConfig say about a file.
type header struct {
	format        string
	width, height int // as stored, orientation not applied
	decoded       int64
	scans         int // JPEG only
	progressive   bool
	profile       []byte // ICC
	xmp, exif     []byte // of PNG and WebP; a JPEG's are left to imagemeta
	body          []byte // what the decoder is given; the first frame of an animated WebP
	frame         image.Point
}

// Inspect says what a file is and what its metadata say, or why it is refused
// (a *Refused, whose Reason may be shown to people). It unpacks no pixels and
// costs a few milliseconds; a file that passes may still turn out to be broken
// when Renditions unpacks it.
func Inspect(ctx context.Context, data []byte) (Picture, error) {
	h, err := measure(ctx, data)
	if err != nil {
		return Picture{}, err
	}
	meta := readMetadata(ctx, data, h)
	p := Picture{Format: h.format, Type: "image/" + h.format, Width: h.width, Height: h.height, Metadata: meta}
	if swapsSides(meta.Orientation) {
		p.Width, p.Height = p.Height, p.Width
	}
	return p, nil
}

// measure refuses whatever would cost too much or is no picture we read.
func measure(ctx context.Context, data []byte) (h header, err error) {
	if err := ctx.Err(); err != nil {
		return h, fmt.Errorf("inspect picture: %w", err)
	}
	if len(data) > MaxFileBytes {
		return h, refuse("This file is larger than %d MB. Save the picture smaller, or as JPEG, and upload that.", MaxFileBytes>>20)
	}
	h.format, err = sniff(data)
	if err != nil {
		return h, err
	}
	defer func() {
		if r := recover(); r != nil {
			err = broken(fmt.Errorf("panic: %v", r))
		}
	}()
	h.body = data
	switch h.format {
	case "jpeg":
		err = walkJPEG(data, &h)
	case "png":
		err = walkPNG(data, &h)
	case "webp":
		err = walkWebP(data, &h)
	}
	if err != nil {
		return h, broken(err)
	}
	c, err := decoders[h.format].config(bytes.NewReader(h.body))
	if err != nil {
		return h, broken(err)
	}
	if h.width == 0 || h.format != "webp" { // an animated WebP's canvas is larger than its first frame
		h.width, h.height = c.Width, c.Height
	}
	return h, h.affordable(c)
}

// affordable refuses a picture whose unpacking would cost too much.
func (h *header) affordable(c image.Config) error {
	w, t := int64(h.width), int64(h.height)
	if w <= 0 || t <= 0 || c.Width <= 0 || c.Height <= 0 {
		return broken(fmt.Errorf("%d by %d pixels", w, t))
	}
	if w > maxSide || t > maxSide || w*t > MaxPixels || int64(c.Width)*int64(c.Height) > MaxPixels {
		return refuse("This picture has %d by %d pixels; at most %d million are taken. Save it smaller and upload that.", w, t, MaxPixels/1_000_000)
	}
	if h.decoded == 0 {
		h.decoded = w * t * bytesPerPixel(c.ColorModel)
	}
	if h.decoded > MaxDecodedBytes {
		return refuse("This picture needs too much memory when unpacked. Save it smaller, or as an ordinary (baseline) JPEG, and upload that.")
	}
	scans := int64(h.scans)
	if scans > maxScans || !h.progressive && scans > maxPlainScans || scans*w*t > maxScannedPix {
		return refuse("This JPEG is built in %d layers, far more than photographs have. Save it again as an ordinary (baseline) JPEG and upload that.", h.scans)
	}
	return nil
}

// decoders are the formats we unpack, by name.
var decoders = map[string]struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	"jpeg": {jpeg.DecodeConfig, jpeg.Decode},
	"png":  {png.DecodeConfig, png.Decode},
	"gif":  {gif.DecodeConfig, gif.Decode}, // Decode stops after the first frame
	"webp": {webp.DecodeConfig, webp.Decode},
}
