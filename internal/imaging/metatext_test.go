package imaging

import (
	"bytes"
	"context"
	"encoding/binary"
	"strings"
	"testing"
)

// iptc is an APP13 body with the given records of the application section, and
// the declaration of UTF-8 when wanted.
func iptc(declared bool, records map[byte]string) []byte {
	var b []byte
	if declared {
		b = append(b, 0x1C, 1, 90, 0, 3, 0x1B, '%', 'G')
	}
	for id, v := range records {
		b = append(b, 0x1C, 2, id, byte(len(v)>>8), byte(len(v)))
		b = append(b, v...)
	}
	head := append([]byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00"), binary.BigEndian.AppendUint32(nil, uint32(len(b)))...)
	if len(b)%2 == 1 {
		b = append(b, 0)
	}
	return append(head, b...)
}

func xmp(properties string) []byte {
	return []byte(`http://ns.adobe.com/xap/1.0/` + "\x00" + `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="` + nsRDF + `">` +
		`<rdf:Description xmlns:dc="` + nsDC + `" xmlns:photoshop="` + nsPhotoshop + `" xmlns:Iptc4xmpCore="` + nsIPTC + `" xmlns:xmp="` + nsXMP + `" ` + properties + `</rdf:RDF></x:xmpmeta>`)
}

func TestMetadataFieldByField(t *testing.T) {
	plain := jpegOf(t, scene(16, 16), 80)
	for _, c := range []struct {
		name string
		file []byte
		want Metadata
	}{
		{"nothing", plain, Metadata{}},
		{"IPTC, declared UTF-8", withSegment(plain, 0xED, iptc(true, map[byte]string{120: "Größe in Łódź", 110: "Agentur", 55: "20260213", 60: "143005+0100"})),
			Metadata{Caption: "Größe in Łódź", Credit: "Agentur", Created: "2026-02-13T14:30:05+01:00"}},
		{"IPTC, undeclared UTF-8", withSegment(plain, 0xED, iptc(false, map[byte]string{120: "Größe in Łódź"})), Metadata{Caption: "Größe in Łódź"}},
		{"IPTC, Windows quotes", withSegment(plain, 0xED, iptc(false, map[byte]string{120: "\x93Gr\xfc\xdfe\x94 \x96 ja"})), Metadata{Caption: "“Grüße” – ja"}},
		{"IPTC, a day that does not exist", withSegment(plain, 0xED, iptc(true, map[byte]string{55: "20260230"})), Metadata{}},
		{"EXIF", withSegment(plain, 0xE1, exif(1)), Metadata{Caption: "A caption of the camera's", Byline: "Confidential Source", Copyright: "(c) Somebody"}},
		{"XMP attributes", withSegment(plain, 0xE1, xmp(`photoshop:Credit="Wire &amp; Co" photoshop:City="Bremen" photoshop:Country="Germany" xmp:CreateDate="2026-02-13T10:00+02:00"/>`)),
			Metadata{Credit: "Wire & Co", Location: "Bremen, Germany", Created: "2026-02-13T10:00:00+02:00"}},
		{"XMP languages and lists", withSegment(plain, 0xE1, xmp(`><dc:description><rdf:Alt><rdf:li xml:lang="de">Deutsch</rdf:li><rdf:li xml:lang="x-default">English</rdf:li></rdf:Alt></dc:description>`+
			`<dc:creator><rdf:Seq><rdf:li>A. One</rdf:li><rdf:li>B. Two</rdf:li></rdf:Seq></dc:creator><Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="en">A boat</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility></rdf:Description>`)),
			Metadata{Caption: "English", Byline: "A. One, B. Two", Alt: "A boat"}},
		{"XMP before IPTC before EXIF", withSegment(withSegment(withSegment(plain, 0xE1, exif(1)), 0xED, iptc(true, map[byte]string{120: "of IPTC", 80: "I. Ptc"})), 0xE1, xmp(`photoshop:Headline="of XMP"><dc:description>of XMP</dc:description></rdf:Description>`)),
			Metadata{Headline: "of XMP", Caption: "of XMP", Byline: "I. Ptc", Copyright: "(c) Somebody"}},
		{"broken XMP hides nothing", withSegment(withSegment(plain, 0xED, iptc(true, map[byte]string{120: "of IPTC"})), 0xE1, xmp(`photoshop:Credit="kept"><dc:description>&undefined;`)),
			Metadata{Caption: "of IPTC", Credit: "kept"}},
		{"what a camera writes", withSegment(plain, 0xED, iptc(true, map[byte]string{120: "OLYMPUS DIGITAL CAMERA         "})), Metadata{}},
		{"control and direction characters", withSegment(plain, 0xED, iptc(true, map[byte]string{120: "one\x00\x07 \u202Egpj.exe\r\n\r\n two\t \x1b[31mthree"})), Metadata{Caption: "one gpj.exe\ntwo [31mthree"}},
	} {
		p, err := Inspect(context.Background(), c.file)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		c.want.Orientation = 1
		if p.Metadata != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.name, p.Metadata, c.want)
		}
	}
}

func TestCaptionsHaveALimit(t *testing.T) {
	p, err := Inspect(context.Background(), withSegment(jpegOf(t, scene(16, 16), 80), 0xED, iptc(true, map[byte]string{120: strings.Repeat("ü", 9000)})))
	if err != nil || len([]rune(p.Metadata.Caption)) != 5000 {
		t.Errorf("%d characters, %v, want 5000", len([]rune(p.Metadata.Caption)), err)
	}
}

func TestXMPInPNG(t *testing.T) {
	packet, _ := bytes.CutPrefix(xmp(`photoshop:Credit="Agency"/>`), []byte("http://ns.adobe.com/xap/1.0/\x00"))
	file := withChunk(pngOf(t, scene(16, 16)), "iTXt", append([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), packet...))
	p, err := Inspect(context.Background(), file)
	if err != nil || p.Metadata.Credit != "Agency" {
		t.Errorf("%+v, %v, want the credit", p.Metadata, err)
	}
}

func TestDates(t *testing.T) {
	for _, c := range []struct{ date, clock, offset, want string }{
		{"2026:02:13 10:11:12", "", "", "2026-02-13T10:11:12"},
		{"2026:02:13 10:11:12", "", "+02:00", "2026-02-13T10:11:12+02:00"},
		{"2026:02:13 10:11:12", "", "nonsense", "2026-02-13T10:11:12"},
		{"2026-02-13T10:11:12.345Z", "", "", "2026-02-13T10:11:12Z"},
		{"2026:02:13", "10:11:12+00:00", "", "2026-02-13T10:11:12Z"},
		{"2026:02:13", "25:00:00", "", "2026-02-13"},
		{"2026", "", "", ""},
		{"0000:00:00 00:00:00", "", "", ""},
		{"1500-01-01", "", "", ""},
		{"    :  :     :  :  ", "", "", ""},
	} {
		if got := normalDate(c.date, c.clock, c.offset); got != c.want {
			t.Errorf("normalDate(%q, %q, %q) = %q, want %q", c.date, c.clock, c.offset, got, c.want)
		}
	}
}
