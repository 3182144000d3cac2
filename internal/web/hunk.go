package web

import "strings"

// A Hunk is a stretch that two texts share, and what replaced what after it.
type Hunk struct{ Keep, Gone, Come string }

// LeastShared is how much of two texts, in a hundred of both, must be the same for
// them to be shown mixed and not one after the other.
const LeastShared = 30

// Readable makes one change of several that little holds apart: a space, or kept
// words no longer than the changes on both their sides. Whole sentences, before and
// after, can be read; words shuffled together cannot. size is the length of both texts
// together. Keep and Gone still give the old text, Keep and Come the new.
func Readable(hunks []Hunk, size int) []Hunk {
	var done []Hunk
	kept := 0
	for _, h := range hunks {
		// A change that grew may swallow what stands before it too.
		for len(done) > 0 && h.island(done[len(done)-1]) {
			was := done[len(done)-1]
			done = done[:len(done)-1]
			kept -= len(was.Keep)
			h = Hunk{was.Keep, was.Gone + h.Keep + h.Gone, was.Come + h.Keep + h.Come}
		}
		done = append(done, h)
		kept += len(h.Keep)
	}
	if len(done) > 1 && 200*kept < LeastShared*size {
		whole := Hunk{}
		for _, h := range done {
			whole.Gone += h.Keep + h.Gone
			whole.Come += h.Keep + h.Come
		}
		done = []Hunk{whole}
	}
	// A space that both have at an edge is not struck through and underlined.
	for i := range done {
		h := &done[i]
		for strings.HasPrefix(h.Gone, " ") && strings.HasPrefix(h.Come, " ") {
			h.Keep, h.Gone, h.Come = h.Keep+" ", h.Gone[1:], h.Come[1:]
		}
		for i+1 < len(done) && strings.HasSuffix(h.Gone, " ") && strings.HasSuffix(h.Come, " ") {
			h.Gone, h.Come = h.Gone[:len(h.Gone)-1], h.Come[:len(h.Come)-1]
			done[i+1].Keep = " " + done[i+1].Keep
		}
	}
	return done
}

// island tells whether what h keeps is too little to hold its change apart from the
// one before.
func (h Hunk) island(before Hunk) bool {
	change := max(len(h.Gone), len(h.Come))
	if change == 0 || before.Gone+before.Come == "" {
		return false
	}
	return strings.TrimSpace(h.Keep) == "" || len(h.Keep) <= min(change, max(len(before.Gone), len(before.Come)))
}
