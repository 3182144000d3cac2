package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A span is a stretch of a text that may become a fragment; worth is how well it shows what was asked.
type span struct {
	start, end int
	worth      int
}

const maxSpans = 500 // that are compared; a text with more marks has good ones among them

// bestSpans gives at most n spans that do not overlap, the most telling of those there are, in the text's order.
func bestSpans(text string, marks []markedWord, n int) []span {
	var all []span
	covered := 0
	for i, m := range marks {
		if len(all) == maxSpans {
			break
		}
		if i > 0 && m.start < covered { // a mark close behind another adds no better span
			continue
		}
		s := spanAround(text, m)
		covered = m.start + 1
		wants := make(map[int]bool)
		for _, in := range marks[i:] {
			if in.end > s.end {
				break
			}
			s.worth++
			if !wants[in.want] {
				wants[in.want] = true
				s.worth += 20
			}
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b span) int { return cmp.Compare(b.worth, a.worth) })
	var best []span
	for _, s := range all {
		if len(best) >= n {
			break
		}
		if !slices.ContainsFunc(best, func(o span) bool { return s.start < o.end && o.start < s.end }) {
			best = append(best, s)
		}
	}
	slices.SortFunc(best, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	return best
}

// spanAround a mark begins with its sentence if that is near, else with a word, and ends with a word.
func spanAround(text string, m markedWord) span {
	start, word := m.start, m.start
	for n := 0; start > 0; n++ {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if unicode.IsSpace(r) {
			word = start
			if r == '\n' || endsSentence(text[:start-size]) {
				break
			}
		}
		if n >= leadRunes {
			start = word
			break
		}
		start -= size
	}
	end := start
	word = m.end
	for n := 0; end < len(text); n++ {
		r, size := utf8.DecodeRuneInString(text[end:])
		if end >= m.end && unicode.IsSpace(r) {
			word = end
		}
		if n >= fragmentRunes && end >= m.end {
			// A script without blanks is cut anywhere.
			if word > m.end || n >= 2*fragmentRunes {
				end = max(word, m.end)
				break
			}
			if classOf(r) == unit {
				break
			}
		}
		end += size
	}
	return span{start: start, end: end}
}

func endsSentence(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return strings.ContainsRune(".!?…。！？؟", r)
}

const ellipsis = "…"

// fragment copies the span with blanks made one, and takes the marks along.
func (s span) fragment(text string, marks []markedWord) Fragment {
	var f Fragment
	var b strings.Builder
	first, _ := slices.BinarySearchFunc(marks, s.start, func(m markedWord, at int) int { return cmp.Compare(m.start, at) })
	marks = marks[first:]
	if strings.TrimSpace(text[:s.start]) != "" {
		b.WriteString(ellipsis)
	}
	open := Range{-1, 0} // the mark being copied; its End is in text
	for i, r := range text[s.start:s.end] {
		at := s.start + i
		if open.Start >= 0 && at >= open.End {
			f.Marks = append(f.Marks, Range{open.Start, b.Len()})
			open.Start = -1
		}
		for len(marks) > 0 && marks[0].start <= at {
			if marks[0].end <= s.end && marks[0].end > at {
				if open.Start < 0 {
					open.Start = b.Len()
				}
				open.End = max(open.End, marks[0].end)
			}
			marks = marks[1:]
		}
		if !unicode.IsSpace(r) {
			b.WriteRune(r)
		} else if out := b.String(); out != "" && !strings.HasSuffix(out, " ") && out != ellipsis {
			b.WriteByte(' ')
		}
	}
	if open.Start >= 0 {
		f.Marks = append(f.Marks, Range{open.Start, b.Len()})
	}
	f.Text = strings.TrimSuffix(b.String(), " ")
	if strings.TrimSpace(text[s.end:]) != "" {
		f.Text += ellipsis
	}
	return f
}
