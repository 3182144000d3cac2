package imaging

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/bep/imagemeta"
)

// Metadata is what a picture says of itself: plain text of strangers, cleaned
// of control characters and cut to length, never yet checked by a person.
// Each field is taken from XMP, else IPTC, else EXIF. It is for the newsroom;
// only Credit and Copyright may go out with a rendition, and only when the
// caller hands them over.
type Metadata struct {
	Caption   string
	Headline  string
	Alt       string // from the field made for it; never the caption again
	Credit    string // who to name under the picture: an agency, a desk
	Byline    string // the photographer; several are joined by ", "
	Copyright string
	Source    string
	Location  string // "Wharf, Bremen, Germany": words only, never coordinates

	// Created is when it was taken, as exactly as the file knows:
	// "2006-01-02", "2006-01-02T15:04:05" without a zone, or RFC 3339.
	Created string

	// Orientation is EXIF's, 1 to 8; 1 when the file does not say.
	Orientation int
}

const (
	metaTags    = 2000
	metaTagSize = 32 << 10
)

// reading is one source's answer: names of our own to values.
type reading map[string]string

// readMetadata never fails: what cannot be read is not there. The sources are
// read one by one, so that a broken one does not hide the next.
func readMetadata(ctx context.Context, data []byte, h header) Metadata {
	m := Metadata{Orientation: 1}
	var xmp, iptc reading
	if h.xmp != nil {
		xmp = parseXMP(h.xmp)
	} else {
		readSource(ctx, data, h, imagemeta.XMP, func(packet []byte) { xmp = parseXMP(packet) }, nil)
	}
	iptcTags := readTags(ctx, data, h, imagemeta.IPTC)
	iptc = fromTags(iptcTags, iptcNames, iptcText)
	exifTags := readTags(ctx, data, h, imagemeta.EXIF)
	exif := fromTags(exifTags, exifNames, exifText)

	pick := func(name string, limit int) string {
		for _, r := range []reading{xmp, iptc, exif} {
			if s := cleanText(r[name], limit); s != "" && (name != "caption" || written(s)) {
				return s
			}
		}
		return ""
	}
	m.Caption = pick("caption", 5000)
	m.Headline = pick("headline", 500)
	m.Alt = pick("alt", 2000)
	m.Credit = pick("credit", 500)
	m.Byline = pick("byline", 500)
	m.Copyright = pick("copyright", 1000)
	m.Source = pick("source", 500)
	m.Location = location(xmp, iptc)
	m.Created = created(xmp, iptc, exif)
	if o, ok := exifTags["Orientation"]; ok {
		if n := number(o); n >= 1 && n <= 8 {
			m.Orientation = n
		}
	}
	return m
}

// iptcNames and exifNames translate imagemeta's tags to our own.
var iptcNames = map[string]string{
	"Caption-Abstract": "caption", "Headline": "headline", "Credit": "credit", "By-line": "byline",
	"CopyrightNotice": "copyright", "Source": "source", "Sub-location": "place", "City": "city",
	"Province-State": "state", "Country-PrimaryLocationName": "country",
	"DateCreated": "date", "TimeCreated": "time",
}

var exifNames = map[string]string{
	"ImageDescription": "caption", "Artist": "byline", "Copyright": "copyright",
	"DateTimeOriginal": "date", "OffsetTimeOriginal": "offset",
}

func fromTags(tags map[string]any, names map[string]string, text func(string) string) reading {
	r := reading{}
	for tag, v := range tags {
		if name, ok := names[tag]; ok {
			r[name] = value(v, text)
		}
	}
	return r
}

// readTags reads the tags that we use from EXIF or IPTC.
func readTags(ctx context.Context, data []byte, h header, source imagemeta.Source) map[string]any {
	tags := map[string]any{}
	readSource(ctx, data, h, source, nil, func(t imagemeta.TagInfo) {
		// The first one wins: a second IPTC block or a thumbnail's tags do not override.
		if _, seen := tags[t.Tag]; !seen {
			tags[t.Tag] = t.Value
		}
	})
	return tags
}

func readSource(ctx context.Context, data []byte, h header, source imagemeta.Source, packet func([]byte), tag func(imagemeta.TagInfo)) {
	var format imagemeta.ImageFormat
	switch {
	case h.format == "jpeg":
		format = imagemeta.JPEG
	case source == imagemeta.EXIF && h.exif != nil:
		// EXIF is a TIFF without pixels. Taken out of its chunk by us, since
		// imagemeta loses its way behind a WebP chunk of odd length.
		format, data = imagemeta.TIFF, h.exif
	case source == imagemeta.IPTC && h.format == "png":
		format = imagemeta.PNG
	default:
		return
	}
	// Errors and panics alike mean that there is no more to be had from this source.
	defer func() { _ = recover() }()
	_, _ = imagemeta.Decode(imagemeta.Options{
		R:            &boundedSeeker{ReadSeeker: bytes.NewReader(data), ctx: ctx, left: 1<<20 + 4*int64(len(data))},
		ImageFormat:  format,
		Sources:      source,
		LimitNumTags: metaTags,
		LimitTagSize: metaTagSize,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			switch t.Source {
			case imagemeta.EXIF:
				// Not IFD1: that is the thumbnail's.
				return t.Tag == "Orientation" && t.Namespace == "IFD0" ||
					exifNames[t.Tag] != "" && strings.HasPrefix(t.Namespace, "IFD0")
			case imagemeta.IPTC:
				return t.Tag == "CodedCharacterSet" || iptcNames[t.Tag] != ""
			}
			return true
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if tag != nil {
				tag(t)
			}
			return nil
		},
		HandleXMP: func(r io.Reader) error {
			b, err := io.ReadAll(io.LimitReader(r, maxXMPBytes))
			if err == nil && packet != nil {
				packet(b)
			}
			return err
		},
	})
}

// boundedSeeker ends a reader that is sent round in circles.
type boundedSeeker struct {
	io.ReadSeeker
	ctx  context.Context
	left int64
}

func (s *boundedSeeker) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.ReadSeeker.Read(p)
	if s.left -= int64(n); s.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// value joins a repeated tag's values.
func value(v any, text func(string) string) string {
	switch v := v.(type) {
	case string:
		return text(v)
	case []byte:
		return text(string(v))
	case []string:
		return joinDistinct(v, text)
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

func joinDistinct(list []string, text func(string) string) string {
	var out []string
	for _, s := range list[:min(len(list), 20)] {
		if s = strings.TrimSpace(text(s)); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, ", ")
}

func number(v any) int {
	var n int
	if _, err := fmt.Sscan(fmt.Sprint(v), &n); err != nil {
		return 0
	}
	return n
}

func location(readings ...reading) string {
	for _, r := range readings {
		var parts []string
		for _, name := range []string{"place", "city", "state", "country"} {
			if s := cleanText(r[name], 200); s != "" && !slices.Contains(parts, s) {
				parts = append(parts, s)
			}
		}
		if parts != nil {
			return strings.Join(parts, ", ")
		}
	}
	return ""
}
