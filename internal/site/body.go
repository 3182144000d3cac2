package site

import (
	"html/template"

	"dateline/internal/markup"
)

// Pieces makes a story's rendered text into what a page shows. fill is asked
// for each slot, a picture or a related story; a piece with nothing in it
// leaves the slot out, as it must where the reader may not see what is there.
func Pieces(body markup.Body, fill func(markup.Slot) BodyPiece) []BodyPiece {
	out := make([]BodyPiece, 0, len(body))
	for _, p := range body {
		piece := BodyPiece{HTML: template.HTML(p.HTML)}
		if p.Slot != nil {
			piece = fill(*p.Slot)
		}
		if piece != (BodyPiece{}) {
			out = append(out, piece)
		}
	}
	return out
}

// lastCorrection is the newest true correction, for the note at the top; nil
// if there is none. Updates and clarifications take back nothing.
func lastCorrection(all []Correction) *Correction {
	var last *Correction
	for i := range all {
		if c := &all[i]; c.Kind == "correction" && (last == nil || c.At.After(last.At)) {
			last = c
		}
	}
	return last
}
