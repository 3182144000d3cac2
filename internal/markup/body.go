package markup

import "strings"

// A Body is a rendered story: finished HTML with slots in it, in order. It
// marshals as JSON to be kept beside the story, so that a page is made without
// reading the document again. A piece of HTML alone may end inside an element
// that a later one closes; the whole is balanced.
type Body []Piece

// A Piece is either finished, safe HTML or a slot.
type Piece struct {
	HTML string `json:"html,omitempty"`
	Slot *Slot  `json:"slot,omitempty"`
}

// SlotKind says what fills a slot.
type SlotKind string

// The kinds of slots.
const (
	SlotPicture SlotKind = "picture"
	SlotRelated SlotKind = "related"
)

// A Slot is the place of something that may be shown only to some or only for
// some time, decided when the page is made. Its strings are plain text: who
// fills it escapes them.
type Slot struct {
	Kind    SlotKind `json:"kind"`
	Media   string   `json:"media,omitempty"` // of a picture, as the next three
	Alt     string   `json:"alt,omitempty"`
	Caption string   `json:"caption,omitempty"`
	Credit  string   `json:"credit,omitempty"`
	Story   string   `json:"story,omitempty"` // of a related story's card
}

// HTML joins the pieces, asking fill for the HTML of every slot, which must be
// safe and a block (a figure, a div) or empty. A nil fill leaves slots empty.
func (b Body) HTML(fill func(Slot) string) string {
	var out strings.Builder
	for _, p := range b {
		switch {
		case p.Slot == nil:
			out.WriteString(p.HTML)
		case fill != nil:
			out.WriteString(fill(*p.Slot))
		}
	}
	return out.String()
}

// Slots lists the slots in order.
func (b Body) Slots() []Slot {
	var out []Slot
	for _, p := range b {
		if p.Slot != nil {
			out = append(out, *p.Slot)
		}
	}
	return out
}
