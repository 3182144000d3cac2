package imaging

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// iptcText mends what the IPTC reader had to guess. Without a declared
// character set it read Latin-1, but most programs write UTF-8 undeclared, and
// Windows programs their own quotes and dashes where Latin-1 has control codes.
func iptcText(s string) string {
	latin1 := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return exifText(s) // it was declared, and is what it is
		}
		latin1 = append(latin1, byte(r))
	}
	return exifText(string(latin1))
}

// exifText takes UTF-8 where it is valid and Windows-1252 where it is not;
// the standard's ASCII is what nobody keeps to.
func exifText(s string) string {
	s = strings.TrimRight(s, "\x00 ")
	if utf8.ValidString(s) {
		return s
	}
	out, err := charmap.Windows1252.NewDecoder().String(s)
	if err != nil {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return out
}

// defaults are captions that cameras and programs write by themselves.
var defaults = map[string]bool{
	"olympus digital camera": true, "sony dsc": true, "dcim": true, "kodak digital still camera": true,
	"samsung camera pictures": true, "konica minolta digital camera": true, "minolta digital camera": true,
	"exif_jpeg_picture": true, "exif jpeg picture": true, "digital camera": true, "default": true,
	"digital image": true, "digital stillcamera": true, "samsung digital camera": true, "my beautiful picture": true,
	"picture": true, "untitled": true, "maker:,date:": true, "<digimax i5, samsung #1>": true, "binary comment": true,
}

// cleanText makes one strangers' text fit to be shown: valid, without control
// characters or direction overrides, spaces and line breaks tidied, at most
// limit characters.
func cleanText(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var b strings.Builder
	n, gap := 0, rune(0) // gap: the white space owed before the next character
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			gap = '\n'
			continue
		case unicode.IsSpace(r):
			if gap == 0 {
				gap = ' '
			}
			continue
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r == 0xFEFF, r >= 0xFFF9 && r <= 0xFFFB,
			r >= 0xE0000 && r <= 0xE007F, unicode.Is(unicode.Co, r), r&0xFFFE == 0xFFFE:
			continue
		}
		if n >= limit {
			break
		}
		if gap != 0 && b.Len() > 0 {
			b.WriteRune(gap)
			n++
		}
		gap = 0
		b.WriteRune(r)
		n++
	}
	out := b.String()
	return out
}

// written tells whether a person wrote this: not the camera's maker, and not a
// file's name.
func written(s string) bool {
	s = strings.ToLower(s)
	file := !strings.Contains(s, " ") && (strings.HasSuffix(s, ".jpg") || strings.HasSuffix(s, ".jpeg"))
	return !defaults[s] && !file
}

// created gives the first date that exists, in the form Metadata promises.
func created(xmp, iptc, exif reading) string {
	if s := normalDate(xmp["date"], "", ""); s != "" {
		return s
	}
	if s := normalDate(iptc["date"], iptc["time"], ""); s != "" {
		return s
	}
	return normalDate(exif["date"], "", exif["offset"])
}

// dateLayouts are met in the wild, the exact ones first.
var dateLayouts = []struct{ in, out string }{
	{"2006-01-02T15:04:05Z07:00", time.RFC3339},
	{"2006-01-02T15:04Z07:00", time.RFC3339},
	{"2006-01-02T15:04:05", "2006-01-02T15:04:05"},
	{"2006-01-02T15:04", "2006-01-02T15:04:05"},
	{"2006-01-02", "2006-01-02"},
}

// normalDate reads XMP's, IPTC's and EXIF's ways to write a date; one that
// does not exist, or lies before photography, is none.
func normalDate(date, clock, offset string) string {
	date = strings.Trim(date, " \x00")
	if len(date) >= 10 && date[4] == ':' && date[7] == ':' {
		date = date[:4] + "-" + date[5:7] + "-" + date[8:]
	}
	if len(date) > 10 && date[10] == ' ' {
		date = date[:10] + "T" + date[11:]
	}
	if len(date) == 10 && clock != "" {
		if s := normalDate(date+"T"+strings.TrimSpace(clock), "", ""); s != "" {
			return s
		}
	}
	for _, with := range []string{date + strings.TrimSpace(offset), date} {
		for _, l := range dateLayouts {
			if t, err := time.Parse(l.in, with); err == nil {
				if t.Year() < 1826 || t.Year() > 9999 {
					return ""
				}
				return t.Format(l.out)
			}
		}
	}
	return ""
}
