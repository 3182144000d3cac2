package markup

import "unicode/utf8"

// A Report lists what foreign text lost or how it was changed on its way into
// a document, in the order first met. An empty report means nothing was.
type Report []Change

// A Change is one kind of loss: what, how often, and the first place as it
// stood (shortened).
type Change struct {
	What    string `json:"what"`
	Count   int    `json:"count"`
	Example string `json:"example,omitempty"`
}

// maxExample is how many bytes of an example are kept.
const maxExample = 120

// note counts one more of a kind of change.
func (r *Report) note(what, example string) {
	for i := range *r {
		if (*r)[i].What == what {
			(*r)[i].Count++
			return
		}
	}
	*r = append(*r, Change{What: what, Count: 1, Example: shorten(keepText(example, ""), maxExample)})
}

// shorten cuts s to at most n bytes, at a character, and marks the cut.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n -= len("…"); n > 0 && !utf8.RuneStart(s[n]); n-- {
	}
	return s[:n] + "…"
}
