package imaging

import (
	"bytes"
	"errors"
	"fmt"
)

const (
	markSOF0, markSOF1, markSOF2 = 0xC0, 0xC1, 0xC2
	markRST0, markRST7           = 0xD0, 0xD7
	markEOI, markSOS             = 0xD9, 0xDA
	markAPP2, markAPP14          = 0xE2, 0xEE

	// 50 MB in segments of 64 kB are 763; the rest is generosity.
	maxSegments = 4096
)

var iccHeader = []byte("ICC_PROFILE\x00")

// walkJPEG reads a JPEG's markers the way Go's decoder does (garbage between
// segments is skipped, so the two see the same scans), counts the scans and
// adds up what the decoder will allocate. It never fails for a file's mere
// incompleteness; the decoder will say so.
func walkJPEG(data []byte, h *header) error {
	w := jpegWalk{data: data, pos: 2, h: h}
	for segments := 0; ; segments++ {
		if segments > maxSegments+maxScans {
			return errors.New("too many segments")
		}
		marker, ok := w.next()
		if !ok || marker == markEOI {
			break
		}
		body, ok := w.segment()
		if !ok {
			break
		}
		if err := w.take(marker, body); err != nil {
			return err
		}
		if h.scans > maxScans {
			break // refused anyway; no need to count 5,000
		}
	}
	h.decoded = w.memory()
	h.profile = bytes.Join(w.icc, nil)
	if len(h.profile) > maxProfileBytes {
		h.profile = nil
	}
	return nil
}

type jpegWalk struct {
	data []byte
	pos  int
	h    *header

	width, height int
	components    [][3]byte // identifier, horizontal and vertical sampling
	rgb           bool      // Adobe's marker says: no YCbCr
	icc           [][]byte
}

// next finds the next marker that carries a segment, or the end.
func (w *jpegWalk) next() (byte, bool) {
	for {
		i := bytes.IndexByte(w.data[w.pos:], 0xFF)
		if i < 0 {
			return 0, false
		}
		w.pos += i
		for w.pos < len(w.data) && w.data[w.pos] == 0xFF {
			w.pos++
		}
		if w.pos == len(w.data) {
			return 0, false
		}
		m := w.data[w.pos]
		w.pos++
		if m != 0 && (m < markRST0 || m > markRST7) {
			return m, true
		}
	}
}

func (w *jpegWalk) segment() ([]byte, bool) {
	if w.pos+2 > len(w.data) {
		return nil, false
	}
	n := int(w.data[w.pos])<<8 | int(w.data[w.pos+1])
	if n < 2 || w.pos+n > len(w.data) {
		return nil, false
	}
	body := w.data[w.pos+2 : w.pos+n]
	w.pos += n
	return body, true
}

func (w *jpegWalk) take(marker byte, body []byte) error {
	switch marker {
	case markSOS:
		w.h.scans++
	case markSOF0, markSOF1, markSOF2:
		if w.components != nil {
			return errors.New("two frame headers")
		}
		if len(body) < 6 || len(body) < 6+3*int(body[5]) || body[5] > 4 {
			return errors.New("frame header too short")
		}
		if body[0] != 8 {
			return fmt.Errorf("%d bits per sample", body[0])
		}
		w.h.progressive = marker == markSOF2
		w.height = int(body[1])<<8 | int(body[2])
		w.width = int(body[3])<<8 | int(body[4])
		for c := body[6 : 6+3*int(body[5])]; len(c) > 0; c = c[3:] {
			w.components = append(w.components, [3]byte{c[0], c[1] >> 4, c[1] & 15})
		}
	case markAPP14:
		if len(body) >= 12 && bytes.HasPrefix(body, []byte("Adobe")) {
			w.rgb = body[11] == 0
		}
	case markAPP2:
		// Chunks are numbered, and in every file seen also in order.
		if bytes.HasPrefix(body, iccHeader) && len(body) > 14 && len(w.icc) < 64 {
			w.icc = append(w.icc, body[14:])
		}
	}
	return nil
}

// memory is what Go's decoder allocates: the planes, the coefficients of a
// progressive picture (4 bytes for each sample), and the copy it makes of RGB
// and CMYK.
func (w *jpegWalk) memory() int64 {
	hmax, vmax := int64(1), int64(1)
	for _, c := range w.components {
		hmax, vmax = max(hmax, int64(c[1])), max(vmax, int64(c[2]))
	}
	across := (int64(w.width) + 8*hmax - 1) / (8 * hmax)
	down := (int64(w.height) + 8*vmax - 1) / (8 * vmax)
	var samples int64
	for _, c := range w.components {
		samples += across * down * 64 * int64(max(c[1], 1)) * int64(max(c[2], 1))
	}
	n := samples
	if w.h.progressive {
		n += 4 * samples
	}
	named := len(w.components) == 3 && w.components[0][0] == 'R' && w.components[1][0] == 'G' && w.components[2][0] == 'B'
	if len(w.components) == 4 || named || w.rgb && len(w.components) == 3 {
		n += 4 * int64(w.width) * int64(w.height)
	}
	return n
}
