package search

import (
	"math"
	"time"
)

// Every weight of the ranking stands here. How often a word counts in a document, and how much long documents are held
// against it, is BM25's with the usual k1 = 1.2 and b = 0.75 (see package segment): measured on Cranfield and another
// judged set, no other values were better on both.

// fieldWeights are what one occurrence counts, in halves. A headline word is worth three of the body: with one, two,
// three and five times, nDCG@10 was 0.687, 0.693, 0.6985 and 0.696. A standfirst tells what a story is about, but
// has more words; a caption may be about a picture alone. Labels are names, as telling as the body's.
var fieldWeights = [fields]uint8{inHeadline: 6, inStandfirst: 3, inBody: 2, inCaptions: 1, inLabels: 2}

// What is new counts whole, what is old for this much: an old story that fits much better still wins.
const leastFresh = 0.4

// freshness is 1 for new, 0.7 after a half-life, 0.4 in the end.
func freshness(age, halfLife time.Duration) float64 {
	return leastFresh + (1-leastFresh)*math.Exp2(-float64(max(age, 0))/float64(halfLife))
}

// variantWeight is what another spelling of a name counts: a little less than the one that was asked for.
const variantWeight = 0.8

// Of related stories.
const (
	relatedHalfLife = 30 * 24 * time.Hour // counted from the story's own date, not today's
	topicWeight     = 2.0                 // of a shared topic among telling words, whose weights are 1 to 4
	leastRelated    = 0.05                // of what a story has in common with itself; less is chance
)
