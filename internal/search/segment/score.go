package segment

import "math"

// Of BM25, as usual: how soon more of the same word counts no more, and how much long texts are held against.
const (
	k1 = 1.2
	b  = 0.75
)

// A scorer turns how often a word stands in a document into what that is worth, in an index whose mean length it
// knows. Weights of words are in halves, so everything else is doubled.
type scorer struct {
	flat, perWord float64
}

func newScorer(docs int, sumLength uint64) scorer {
	mean := meanLength(docs, sumLength)
	return scorer{flat: 2 * k1 * (1 - b), perWord: 2 * k1 * b / mean}
}

func meanLength(docs int, sumLength uint64) float64 {
	if docs == 0 || sumLength == 0 {
		return 1
	}
	return float64(sumLength) / float64(docs)
}

// worth is between 0 and 1.
func (s scorer) worth(tf uint32, length uint16) float64 {
	f := float64(tf)
	return f / (f + s.flat + s.perWord*float64(length))
}

// ceiling writes worth as a byte that is not below it.
func ceiling(worth float64) byte { return byte(min(255, math.Ceil(worth*255))) }

// boundOf is what a byte of ceiling says: nothing under it was worth more. With another mean length than the one it
// was reckoned with, r times as much, nothing is worth more than max(1, r) times that: only the length's share of
// what worth divides by shrinks, and at most to its r-th part.
func boundOf(c byte, grown float64) float64 { return float64(c) / 255 * max(1, grown) }

// idf is a word's weight by how rare it is; never negative, unlike in the first BM25.
func idf(docs, df int) float64 {
	df = min(df, docs)
	return math.Log(1 + (float64(docs-df)+0.5)/(float64(df)+0.5))
}
