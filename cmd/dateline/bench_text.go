package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"strings"
	"unicode"
)

// A benchStory is one story to measure with.
type benchStory struct {
	Headline   string   `json:"headline"`
	Title      string   `json:"title"` // what most collections call the headline
	Standfirst string   `json:"standfirst"`
	Body       string   `json:"body"` // paragraphs parted by empty lines
	Section    string   `json:"section"`
	Topics     []string `json:"topics"`
	Byline     []string `json:"byline"`
}

var benchSections = []string{"World", "Politics", "Business", "Culture", "Sport"}

// The words that hold English together: nearly half of any text.
var benchLinks = strings.Fields(`the of to and in a that for on is was with by at as it be from are this have has
	an were which or but its their had not will said after who they been one more would when about up than into
	out over new two year first last also time could other between years before under while against three where
	during if there so because through since most only people until`)

// A benchWriter writes news in words that do not exist: as long, as many and as
// unevenly used as real ones, and the same on every run, since it starts from a seed.
type benchWriter struct {
	r      *rand.Rand
	words  []string
	zipf   *rand.Zipf
	topics []string
	names  []string
}

// benchWords is about as many words as ten thousand news stories know.
const benchWords = 40_000

func newBenchWriter(seed uint64) *benchWriter {
	r := rand.New(rand.NewPCG(seed, seed))
	w := &benchWriter{r: r, zipf: rand.NewZipf(r, 1.15, 12, benchWords-1)}
	seen := map[string]bool{}
	for len(w.words) < benchWords {
		if x := w.invent(); !seen[x] {
			seen[x] = true
			w.words = append(w.words, x)
		}
	}
	for range 400 {
		w.topics = append(w.topics, title(w.words[r.IntN(benchWords)]))
	}
	for range 60 {
		w.names = append(w.names, title(w.words[r.IntN(benchWords)])+" "+title(w.words[r.IntN(benchWords)]))
	}
	return w
}

func (w *benchWriter) invent() string {
	starts := []string{"b", "br", "c", "ch", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "w", ""}
	vowels := []string{"a", "e", "i", "o", "u", "ea", "ai", "ou"}
	ends := []string{"", "", "n", "r", "s", "t", "l", "nd", "st", "ng", "m"}
	var b strings.Builder
	for range 1 + w.r.IntN(3) {
		b.WriteString(starts[w.r.IntN(len(starts))] + vowels[w.r.IntN(len(vowels))] + ends[w.r.IntN(len(ends))])
	}
	return b.String()
}

func title(s string) string {
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

func (w *benchWriter) word() string {
	if w.r.IntN(100) < 45 {
		n := w.r.IntN(len(benchLinks))
		return benchLinks[min(n, w.r.IntN(len(benchLinks)))]
	}
	return w.words[w.zipf.Uint64()]
}

// some writes between least and most words.
func (w *benchWriter) some(least, most int) string {
	words := make([]string, least+w.r.IntN(most-least+1))
	for i := range words {
		words[i] = w.word()
		if i > 0 && i < len(words)-1 && w.r.IntN(12) == 0 {
			words[i] += ","
		}
	}
	return title(strings.Join(words, " "))
}

// body writes 300 to 500 words.
func (w *benchWriter) body() string {
	var paragraphs []string
	for left := 300 + w.r.IntN(200); left > 0; {
		var p []string
		for range 2 + w.r.IntN(3) {
			s := w.some(8, 24) + "."
			left -= strings.Count(s, " ") + 1
			p = append(p, s)
		}
		paragraphs = append(paragraphs, strings.Join(p, " "))
	}
	return strings.Join(paragraphs, "\n\n")
}

func (w *benchWriter) story() benchStory {
	s := benchStory{
		Headline: w.some(6, 10), Standfirst: w.some(14, 26) + ".", Body: w.body(),
		Section: benchSections[w.r.IntN(len(benchSections))], Byline: []string{w.names[w.r.IntN(len(w.names))]},
	}
	for range 1 + w.r.IntN(4) {
		n := w.r.IntN(len(w.topics))
		s.Topics = append(s.Topics, w.topics[min(n, w.r.IntN(len(w.topics)))]) // a few are everywhere
	}
	return s
}

// stories are the ones to measure with: at most n of the corpus, else n generated.
func (b *bench) stories(n int) iter.Seq2[benchStory, error] {
	if b.Corpus != "" {
		return readCorpus(b.Corpus, n)
	}
	return func(yield func(benchStory, error) bool) {
		w := newBenchWriter(1)
		for range n {
			if !yield(w.story(), nil) {
				return
			}
		}
	}
}

func readCorpus(path string, n int) iter.Seq2[benchStory, error] {
	return func(yield func(benchStory, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(benchStory{}, fmt.Errorf("open the corpus: %w", err))
			return
		}
		defer f.Close()
		var in io.Reader = bufio.NewReader(f)
		if strings.HasSuffix(path, ".gz") {
			if in, err = gzip.NewReader(in); err != nil {
				yield(benchStory{}, fmt.Errorf("open the corpus: %w", err))
				return
			}
		}
		spare := newBenchWriter(2) // for the sections and topics that a corpus lacks
		lines := json.NewDecoder(in)
		for i := 1; i <= n; i++ {
			var s benchStory
			if err := lines.Decode(&s); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				yield(s, fmt.Errorf("read story %d of the corpus: %w", i, err))
				return
			}
			extra := spare.story()
			if s.Headline == "" {
				s.Headline = s.Title
			}
			if s.Headline == "" || s.Body == "" {
				yield(s, fmt.Errorf("read story %d of the corpus: it has no headline or no body", i))
				return
			}
			if s.Section == "" {
				s.Section = extra.Section
			}
			if len(s.Topics) == 0 {
				s.Topics = extra.Topics
			}
			if !yield(s, nil) {
				return
			}
		}
	}
}
