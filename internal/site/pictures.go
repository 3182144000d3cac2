package site

import (
	"fmt"
	"strings"
)

// A pictureSlot is a place on a page that holds pictures.
type pictureSlot struct {
	// sizes tells the browser how wide the place is, before it has laid out
	// the page; it must follow the stylesheet.
	sizes string
	// first is set for the one picture that readers wait for.
	first bool
}

// pictureSlots are all places. Widths are those of assets/css at its three
// steps: phone, from 44rem, from 68rem.
var pictureSlots = map[string]pictureSlot{
	"article": {sizes: "(min-width: 60rem) 57rem, 100vw", first: true},
	"body":    {sizes: "(min-width: 60rem) 41rem, 100vw"},
	"lead":    {sizes: "(min-width: 84rem) 38rem, (min-width: 68rem) 48vw, 100vw", first: true},
	"feature": {sizes: "(min-width: 84rem) 38rem, (min-width: 44rem) 50vw, 100vw"},
	"opener":  {sizes: "(min-width: 68rem) 33rem, (min-width: 44rem) 50vw, 100vw", first: true},
	"card":    {sizes: "(min-width: 68rem) 18rem, (min-width: 44rem) 48vw, 9rem"},
	"row":     {sizes: "9rem"},
}

// A slottedPicture is a picture at its place, for the template.
type slottedPicture struct {
	*Picture
	Sizes    string
	First    bool
	Src      string
	SrcSet   string
	Others   []sourceSet
	ShownAlt string
}

// A sourceSet is one source element: all renditions of one type.
type sourceSet struct {
	Type   string
	SrcSet string
}

// slot puts a picture in its place. It fails on a picture without a JPEG.
func slot(p *Picture, name string) (*slottedPicture, error) {
	place, ok := pictureSlots[name]
	if !ok {
		return nil, fmt.Errorf("place picture: no slot %q", name)
	}
	if p.Colour < 0 || p.Colour > 63 {
		return nil, fmt.Errorf("place picture: colour class %d is not 0 to 63", p.Colour)
	}
	s := &slottedPicture{Picture: p, Sizes: place.sizes, First: place.first, ShownAlt: p.Alt}
	if sameText(p.Alt, p.Caption) {
		s.ShownAlt = ""
	}
	sets := map[string][]string{}
	var order []string
	for _, f := range p.Sources {
		if sets[f.Type] == nil {
			order = append(order, f.Type)
		}
		sets[f.Type] = append(sets[f.Type], fmt.Sprintf("%s %dw", f.URL, f.Width))
		// The middle one, if there is one, for browsers without srcset.
		if f.Type == "image/jpeg" && (s.Src == "" || f.Width <= 960) {
			s.Src = f.URL
		}
	}
	if s.Src == "" {
		return nil, fmt.Errorf("place picture: it has no JPEG")
	}
	for _, t := range order {
		set := strings.Join(sets[t], ", ")
		if t == "image/jpeg" {
			s.SrcSet = set
		} else {
			s.Others = append(s.Others, sourceSet{t, set})
		}
	}
	return s, nil
}

// sameText tells whether two texts say the same to a listener.
func sameText(a, b string) bool {
	norm := func(s string) string {
		return strings.TrimRight(strings.ToLower(strings.Join(strings.Fields(s), " ")), ".")
	}
	return a != "" && norm(a) == norm(b)
}
