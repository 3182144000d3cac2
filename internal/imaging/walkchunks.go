package imaging

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// exifHeader belongs into JPEGs only, but is met everywhere.
var exifHeader = []byte("Exif\x00\x00")

// walkPNG looks for what the decoder drops: EXIF, the colour profile and the
// XMP packet, the last two possibly compressed and so bounded. Some of it may
// follow the pixels. An incomplete file is the
// decoder's to refuse.
func walkPNG(data []byte, h *header) error {
	if len(data) < 33 {
		return io.ErrUnexpectedEOF
	}
	for b := data[8:]; len(b) >= 12; {
		n := binary.BigEndian.Uint32(b)
		if int64(n)+12 > int64(len(b)) {
			break
		}
		kind, body := string(b[4:8]), b[8:8+n]
		switch kind {
		case "IHDR":
			h.decoded = pngMemory(body)
		case "iCCP":
			if _, rest, ok := bytes.Cut(body, []byte{0}); ok && h.profile == nil && len(rest) > 1 {
				h.profile = inflate(rest[1:], maxProfileBytes)
			}
		case "eXIf":
			if h.exif == nil {
				h.exif = bytes.TrimPrefix(body, exifHeader)
			}
		case "iTXt":
			if h.xmp == nil {
				h.xmp = pngXMP(body)
			}
		case "IEND":
			return nil
		}
		b = b[12+n:]
	}
	return nil
}

// pngMemory is what Go's decoder allocates; an interlaced picture is unpacked
// pass by pass beside the whole, the largest pass being half of it.
func pngMemory(ihdr []byte) int64 {
	if len(ihdr) < 13 {
		return 0
	}
	n := int64(binary.BigEndian.Uint32(ihdr)) * int64(binary.BigEndian.Uint32(ihdr[4:]))
	if n > MaxPixels {
		return 0 // refused by its pixels
	}
	deep := ihdr[8] == 16
	switch ihdr[9] {
	case 0, 3:
		// Grey may carry a transparent colour, and is RGBA then.
		if ihdr[9] == 0 {
			n *= 4
		}
	default:
		n *= 4
	}
	if deep {
		n *= 2
	}
	if ihdr[12] != 0 {
		n += n/2 + n/4
	}
	return n
}

func pngXMP(itxt []byte) []byte {
	rest, ok := bytes.CutPrefix(itxt, []byte("XML:com.adobe.xmp\x00"))
	if !ok || len(rest) < 2 {
		return nil
	}
	compressed := rest[0] == 1
	rest = rest[2:]
	for range 2 { // language, translated keyword
		if _, rest, ok = bytes.Cut(rest, []byte{0}); !ok {
			return nil
		}
	}
	if compressed {
		return inflate(rest, maxXMPBytes)
	}
	return rest[:min(len(rest), maxXMPBytes)]
}

// inflate unpacks at most limit bytes; more, or broken ones, are nothing.
func inflate(b []byte, limit int64) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out, err := io.ReadAll(io.LimitReader(z, limit+1))
	if err != nil || int64(len(out)) > limit {
		return nil
	}
	return out
}

// walkWebP looks for the colour profile and the metadata, and turns an
// animation into a still file of its first frame, since the decoder reads only
// stills.
func walkWebP(data []byte, h *header) error {
	still, animated := false, false
	for b := data[12:]; len(b) >= 8; {
		n := binary.LittleEndian.Uint32(b[4:])
		if int64(n)+8 > int64(len(b)) {
			break
		}
		kind, body := string(b[:4]), b[8:8+n]
		switch {
		case kind == "VP8X" && n >= 10 && body[0]&2 != 0:
			h.width, h.height = int(u24(body[4:]))+1, int(u24(body[7:]))+1
		case kind == "ICCP" && h.profile == nil && n <= maxProfileBytes:
			h.profile = body
		case kind == "EXIF" && h.exif == nil:
			h.exif = bytes.TrimPrefix(body, exifHeader)
		case kind == "XMP " && h.xmp == nil:
			h.xmp = body[:min(len(body), maxXMPBytes)]
		case kind == "VP8 " || kind == "VP8L":
			still = true
		case kind == "ANMF" && !still && !animated:
			animated = true
			if err := firstFrame(body, h); err != nil {
				return err
			}
		}
		b = b[min(int64(len(b)), 8+int64(n)+int64(n&1)):]
	}
	if !animated {
		h.width, h.height = 0, 0 // the decoder says
	}
	return nil
}

// firstFrame writes h.body: a still of the frame, and says where on the
// canvas it stands.
func firstFrame(anmf []byte, h *header) error {
	if len(anmf) < 24 {
		return io.ErrUnexpectedEOF
	}
	w, t := int(u24(anmf[6:]))+1, int(u24(anmf[9:]))+1
	h.frame = image.Pt(2*int(u24(anmf)), 2*int(u24(anmf[3:])))
	if h.frame.X+w > h.width || h.frame.Y+t > h.height {
		return errors.New("frame outside the canvas")
	}
	chunks := anmf[16:]
	var alpha byte
	if string(chunks[:4]) == "ALPH" {
		alpha = 0x10
	}
	x := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00")
	x = append(x, alpha, 0, 0, 0)
	x = append(x, anmf[6:12]...)
	x = append(x, chunks...)
	binary.LittleEndian.PutUint32(x[4:], uint32(len(x)-8))
	h.body = x
	return nil
}

func u24(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }
