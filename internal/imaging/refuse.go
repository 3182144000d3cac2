package imaging

import (
	"bytes"
	"fmt"
	"image/color"
)

// Refused says that a file is not taken. Reason is a plain sentence or two
// for the person who sent it: what is the matter and what to do.
type Refused struct {
	Reason string
	Err    error // what the decoder said, for the log; may be nil
}

func (r *Refused) Error() string {
	if r.Err != nil {
		return fmt.Sprintf("picture refused: %s (%v)", r.Reason, r.Err)
	}
	return "picture refused: " + r.Reason
}

func (r *Refused) Unwrap() error { return r.Err }

func refuse(reason string, args ...any) error {
	return &Refused{Reason: fmt.Sprintf(reason, args...)}
}

func broken(err error) error {
	return &Refused{Reason: "This picture file is damaged or cut short. Open it, save it again as JPEG or PNG, and upload that.", Err: err}
}

// bytesPerPixel is what Go's decoders use for a pixel of a colour model; for
// a palette it does not know better than one.
func bytesPerPixel(m color.Model) int64 {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	case color.NYCbCrAModel: // a lossless alpha plane is unpacked as RGBA first
		return 8
	}
	if _, ok := m.(color.Palette); ok {
		return 1
	}
	return 4
}

// sniff tells the format by the content alone; names and declared types lie.
func sniff(b []byte) (string, error) {
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xD8, 0xFF}):
		return "jpeg", nil
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "png", nil
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "gif", nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "webp", nil
	case len(b) == 0:
		return "", refuse("This file is empty. Upload the picture again.")
	}
	if s := whatElse(b); s != "" {
		return "", &Refused{Reason: s}
	}
	return "", refuse("This is not a picture that can be read here. Upload a JPEG, PNG, WebP or GIF.")
}

// foreign are beginnings of files that people upload by mistake or in hope.
var foreign = []struct{ prefix, reason string }{
	{"II*\x00", "This is a TIFF or a camera's raw file. Export it as JPEG and upload that."},
	{"MM\x00*", "This is a TIFF or a camera's raw file. Export it as JPEG and upload that."},
	{"BM", "This is a BMP picture. Save it as PNG or JPEG and upload that."},
	{"8BPS", "This is a Photoshop file. Export it as JPEG or PNG and upload that."},
	{"%PDF", "This is a PDF. Export the page or the picture in it as JPEG or PNG and upload that."},
	{"%!PS", "This is a PostScript drawing. Export it as PNG and upload that."},
	{"\xff\x0a", "This is a JPEG XL picture. Save it as JPEG and upload that."},
	{"\x00\x00\x00\x0cJXL ", "This is a JPEG XL picture. Save it as JPEG and upload that."},
	{"\x00\x00\x01\x00", "This is an icon file. Save it as PNG and upload that."},
	{"PK\x03\x04", "This is a ZIP archive or an office document. Upload the pictures in it one by one."},
}

// whatElse names the file types that newsrooms meet and we do not read.
func whatElse(b []byte) string {
	for _, f := range foreign {
		if bytes.HasPrefix(b, []byte(f.prefix)) {
			return f.reason
		}
	}
	if len(b) >= 12 && string(b[4:8]) == "ftyp" {
		brands := string(b[8:min(len(b), 64)])
		switch brand := brands[:4]; {
		case brand == "avif" || brand == "avis":
			return "This is an AVIF picture. Save it as JPEG and upload that."
		case brand == "heic" || brand == "heix" || brand == "hevc" || brand == "heim" || brand == "heis" || brand == "mif1" || brand == "msf1":
			return "This is a HEIC picture, as iPhones make them. Export it as JPEG (on the phone: Settings, Camera, Formats, Most Compatible) and upload that."
		case brand == "crx ":
			return "This is a camera's raw file. Export it as JPEG and upload that."
		}
		return "This is a video. Upload a still picture as JPEG or PNG."
	}
	head := bytes.ToLower(b[:min(len(b), 4096)])
	if t := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n"); bytes.HasPrefix(t, []byte("<")) {
		if bytes.Contains(head, []byte("<svg")) {
			return "This is an SVG drawing, which can carry scripts. Export it as PNG and upload that."
		}
		return "This is a web page or another text file, not a picture. Upload the picture itself as JPEG or PNG."
	}
	return ""
}
