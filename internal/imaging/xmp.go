package imaging

import (
	"bytes"
	"encoding/xml"
	"strings"
)

const (
	nsRDF       = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsDC        = "http://purl.org/dc/elements/1.1/"
	nsPhotoshop = "http://ns.adobe.com/photoshop/1.0/"
	nsIPTC      = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
	nsXMP       = "http://ns.adobe.com/xap/1.0/"
	nsEXIF      = "http://ns.adobe.com/exif/1.0/"
	nsXML       = "http://www.w3.org/XML/1998/namespace"
)

// xmpNames translates XMP properties to our own names. Of two with the same
// name the first in the list wins, whatever their order in the packet.
var xmpNames = map[xml.Name]struct {
	name string
	rank int
}{
	{Space: nsDC, Local: "description"}:            {"caption", 0},
	{Space: nsDC, Local: "creator"}:                {"byline", 0},
	{Space: nsDC, Local: "rights"}:                 {"copyright", 0},
	{Space: nsPhotoshop, Local: "Credit"}:          {"credit", 0},
	{Space: nsPhotoshop, Local: "Source"}:          {"source", 0},
	{Space: nsPhotoshop, Local: "Headline"}:        {"headline", 0},
	{Space: nsPhotoshop, Local: "City"}:            {"city", 0},
	{Space: nsPhotoshop, Local: "State"}:           {"state", 0},
	{Space: nsPhotoshop, Local: "Country"}:         {"country", 0},
	{Space: nsIPTC, Local: "Location"}:             {"place", 0},
	{Space: nsIPTC, Local: "AltTextAccessibility"}: {"alt", 0},
	{Space: nsPhotoshop, Local: "DateCreated"}:     {"date", 0},
	{Space: nsEXIF, Local: "DateTimeOriginal"}:     {"date", 1},
	{Space: nsXMP, Local: "CreateDate"}:            {"date", 2},
}

// parseXMP reads the properties we use from a packet, as far as it is sound:
// attributes of rdf:Description, elements in it, and the first level of lists
// (several creators joined; of several languages x-default, else the first).
// Entities, external or nested, do not exist for it.
func parseXMP(packet []byte) reading {
	p := xmpParser{out: reading{}, rank: map[string]int{}}
	d := xml.NewDecoder(bytes.NewReader(packet))
	for {
		token, err := d.Token()
		if err != nil {
			return p.out
		}
		switch t := token.(type) {
		case xml.StartElement:
			if p.open(t); p.depth > 200 {
				return p.out
			}
		case xml.EndElement:
			p.close()
		case xml.CharData:
			if p.inProperty && len(p.text)+len(t) <= 64<<10 {
				p.text = append(p.text, t...)
			}
		}
	}
}

type xmpParser struct {
	out  reading
	rank map[string]int

	depth       int
	description int // depth of the rdf:Description that we are in; 0 is none
	property    xml.Name
	inProperty  bool
	text        []byte
	items       []string
	inItem      bool
	isDefault   bool
	hasDefault  bool
	alternative bool
}

func (p *xmpParser) open(t xml.StartElement) {
	p.depth++
	switch at := p.depth - p.description; {
	case p.description == 0:
		if t.Name == (xml.Name{Space: nsRDF, Local: "Description"}) {
			p.description = p.depth
			for _, a := range t.Attr {
				p.put(a.Name, a.Value)
			}
		}
	case at == 1:
		p.property, p.inProperty = t.Name, true
		p.text, p.items, p.hasDefault, p.alternative, p.inItem = nil, nil, false, false, false
	case at == 2:
		p.alternative = t.Name.Local == "Alt"
	case at == 3 && t.Name == (xml.Name{Space: nsRDF, Local: "li"}):
		p.inItem, p.text, p.isDefault = true, nil, false
		for _, a := range t.Attr {
			if a.Name == (xml.Name{Space: nsXML, Local: "lang"}) && a.Value == "x-default" {
				p.isDefault = true
			}
		}
	}
}

func (p *xmpParser) close() {
	switch at := p.depth - p.description; {
	case p.description == 0:
	case at == 0:
		p.description = 0
	case at == 1:
		p.inProperty = false
		if p.items == nil {
			p.put(p.property, string(p.text))
			break
		}
		if p.alternative {
			p.items = p.items[:1]
		}
		p.put(p.property, joinDistinct(p.items, strings.TrimSpace))
	case at == 3 && p.inItem:
		p.inItem = false
		s := strings.TrimSpace(string(p.text))
		p.text = nil
		switch {
		case s == "" || len(p.items) >= 20:
		case p.isDefault && !p.hasDefault:
			p.items, p.hasDefault = append([]string{s}, p.items...), true
		default:
			p.items = append(p.items, s)
		}
	}
	p.depth--
}

func (p *xmpParser) put(name xml.Name, value string) {
	n, ok := xmpNames[name]
	if !ok || strings.TrimSpace(value) == "" {
		return
	}
	if had, seen := p.rank[n.name]; seen && had <= n.rank {
		return
	}
	p.out[n.name], p.rank[n.name] = value, n.rank
}

// creditSegment is the one thing written beside the pixels: an XMP packet with
// credit and copyright in a JPEG segment. Empty when there is neither.
func creditSegment(credit, copyright string) []byte {
	credit, copyright = cleanText(credit, 500), cleanText(copyright, 1000)
	if credit == "" && copyright == "" {
		return nil
	}
	var b bytes.Buffer
	b.WriteString("http://ns.adobe.com/xap/1.0/\x00")
	b.WriteString(`<?xpacket begin="` + "\uFEFF" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>`)
	b.WriteString(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="` + nsRDF + `"><rdf:Description rdf:about=""`)
	b.WriteString(` xmlns:dc="` + nsDC + `" xmlns:photoshop="` + nsPhotoshop + `">`)
	// A bytes.Buffer takes every write.
	if credit != "" {
		b.WriteString(`<photoshop:Credit>`)
		_ = xml.EscapeText(&b, []byte(credit))
		b.WriteString(`</photoshop:Credit>`)
	}
	if copyright != "" {
		b.WriteString(`<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">`)
		_ = xml.EscapeText(&b, []byte(copyright))
		b.WriteString(`</rdf:li></rdf:Alt></dc:rights>`)
	}
	b.WriteString(`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`)
	n := b.Len() + 2
	return append([]byte{0xFF, 0xE1, byte(n >> 8), byte(n)}, b.Bytes()...)
}
