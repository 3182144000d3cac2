package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"
	"unicode"
)

// A searchArticle is one to be found.
type searchArticle struct {
	ID         string    `json:"id"`
	Headline   string    `json:"headline"`
	Standfirst string    `json:"standfirst"`
	Body       string    `json:"body"`
	Section    string    `json:"section"`
	Topics     []string  `json:"topics"`
	Authors    []string  `json:"authors"`
	Published  time.Time `json:"published"`
	Mark       string    `json:"mark"` // of one to be written: a word of its headline that no other has
}

func (a *searchArticle) text() int {
	n := len(a.Headline) + len(a.Standfirst) + len(a.Body)
	for _, t := range a.Authors {
		n += len(t)
	}
	for _, t := range a.Topics {
		n += len(t)
	}
	return n
}

// searchYears is how far the archive goes back.
const searchYears = 10

// write makes the files that every engine gets: articles in the order of their dates, as
// a newsroom's are, queries from words that stand in them, and articles to be written.
func (s *searchBench) write(writes int) error {
	w, err := s.searchWriter()
	if err != nil {
		return err
	}
	articles, err := newLines(s.file("articles"))
	if err != nil {
		return err
	}
	defer articles.f.Close()
	asks := newSearchAsks(s.Size)
	first := time.Now().UTC().Truncate(time.Second).AddDate(-searchYears, 0, 0)
	apart := time.Since(first) / time.Duration(s.Size)
	for i := range s.Size {
		a := w.article(i)
		a.Published = first.Add(apart * time.Duration(i))
		s.text += int64(a.text())
		asks.see(i, &a)
		articles.add(a)
	}
	if err := articles.close(); err != nil {
		return err
	}
	if err := asks.write(s.file("queries")); err != nil {
		return err
	}
	changed, err := newLines(s.file("writes"))
	if err != nil {
		return err
	}
	defer changed.f.Close()
	for i := range writes { // half are new, half a newer version
		a := w.article(s.Size + i)
		if i%2 == 1 {
			a.ID = searchID(w.r.IntN(s.Size))
		}
		a.Mark, a.Published = searchMark(i), time.Now().UTC()
		a.Headline += " " + a.Mark
		changed.add(a)
	}
	return changed.close()
}

func searchID(i int) string { return fmt.Sprintf("a%07d", i) }

// searchMark makes a word that no text has.
func searchMark(i int) string {
	mark := []byte("zqxv")
	for range 4 {
		mark = append(mark, "bdfgklmnprst"[i%12], "aeiou"[i%5])
		i /= 12
	}
	return string(mark)
}

// A searchWriter writes articles: the corpus as it is, and when that is used up, new ones
// of its sentences, from four stories each, with people of invented names, since words
// that are new come with every story of a real archive.
type searchWriter struct {
	*benchWriter
	corpus    []benchStory
	sentences [][]string
}

func (s *searchBench) searchWriter() (*searchWriter, error) {
	w := &searchWriter{benchWriter: newBenchWriter(1)}
	if s.Corpus == "" {
		return w, nil
	}
	for st, err := range readCorpus(s.Corpus, s.Size) {
		if err != nil {
			return nil, err
		}
		w.corpus = append(w.corpus, st)
		w.sentences = append(w.sentences, strings.SplitAfter(strings.Join(strings.Fields(st.Body), " "), ". "))
	}
	if len(w.corpus) == 0 {
		return nil, fmt.Errorf("the corpus %s has no stories", s.Corpus)
	}
	s.report.told("articles as they are in the corpus; the others are of its sentences", float64(min(s.Size, len(w.corpus))), "articles")
	return w, nil
}

func (w *searchWriter) article(i int) searchArticle {
	var st benchStory
	switch {
	case w.corpus == nil:
		st = w.story()
		st.Body = w.name() + " " + st.Body
	case i < len(w.corpus):
		st = w.corpus[i]
	default:
		st = w.recombined()
	}
	return searchArticle{
		ID: searchID(i), Headline: st.Headline, Standfirst: st.Standfirst, Body: st.Body,
		Section: st.Section, Topics: st.Topics, Authors: st.Byline,
	}
}

func (w *searchWriter) name() string {
	return "It was " + title(w.words[w.zipf.Uint64()]) + " " + title(w.invent()) + " who said it."
}

func (w *searchWriter) recombined() benchStory {
	st := w.corpus[w.r.IntN(len(w.corpus))]
	from := [4][]string{}
	for i := range from {
		from[i] = w.sentences[w.r.IntN(len(w.sentences))]
	}
	var body strings.Builder
	for left := 200 + w.r.IntN(300); left > 0; {
		f := from[w.r.IntN(len(from))]
		sentence := f[w.r.IntN(len(f))]
		body.WriteString(strings.TrimSpace(sentence))
		body.WriteByte(' ')
		left -= 1 + strings.Count(sentence, " ")
	}
	body.WriteString(w.name())
	st.Body = body.String()
	return st
}

// lines are a file of JSON lines.
type lines struct {
	f   *os.File
	buf *bufio.Writer
	enc *json.Encoder
	err error
}

func newLines(path string) (*lines, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	buf := bufio.NewWriterSize(f, 1<<20)
	return &lines{f: f, buf: buf, enc: json.NewEncoder(buf)}, nil
}

func (l *lines) add(v any) {
	if l.err == nil {
		l.err = l.enc.Encode(v)
	}
}

func (l *lines) close() error {
	if l.err == nil {
		l.err = l.buf.Flush()
	}
	if err := l.f.Close(); l.err == nil {
		l.err = err
	}
	return l.err
}

// What is asked. The names are the report's.
const (
	kindOne     = "1 word"
	kindTwo     = "2 words"
	kindThree   = "3 words"
	kindAny     = "3 words of different articles"
	kindNewest  = "2 words, newest first"
	kindPhrase  = "phrase"
	kindSuggest = "suggestions"
	kindFacets  = "result page with count and facets"
	kindSlip    = "misspelt"
	kindName    = "name"
)

// A searchQuery is one thing to ask, for the best ten. An engine that cannot do a kind
// leaves it out of its answer.
type searchQuery struct {
	Kind  string `json:"kind"`
	Text  string `json:"text"`  // as a reader types it
	Match string `json:"match"` // what an engine has to make of it: all, any, phrase, or prefix of the last word
	Mixed bool   `json:"mixed"` // it is among those that two workers ask
}

// searchAsks makes queries from words of a few hundred articles, taken evenly.
type searchAsks struct {
	r     *rand.Rand
	every int
	list  []searchQuery
	far   []string // words of articles before
}

// searchSeen is how many articles give a query of every kind.
const searchSeen = 250

func newSearchAsks(size int) *searchAsks {
	return &searchAsks{r: rand.New(rand.NewPCG(3, 4)), every: max(1, size/searchSeen)}
}

func (s *searchAsks) see(i int, a *searchArticle) {
	if i%s.every != 0 {
		return
	}
	words := strings.FieldsFunc(a.Body, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' })
	var telling []string // who asks does not ask for "the"
	for _, w := range words {
		if len(w) >= 4 && !strings.ContainsRune(w, '\'') && !benchLink[strings.ToLower(w)] {
			telling = append(telling, w)
		}
	}
	if len(telling) < 6 {
		return
	}
	at := s.r.IntN(len(telling) - 3)
	some := func(n int) string { return strings.Join(telling[at:at+n], " ") }
	s.add(kindOne, some(1), "all", true)
	s.add(kindTwo, some(2), "all", true)
	s.add(kindThree, some(3), "all", true)
	s.add(kindNewest, some(2), "all", true)
	s.add(kindFacets, some(1+s.r.IntN(2)), "all", false)
	start := s.r.IntN(len(words) - 3)
	s.add(kindPhrase, `"`+strings.Join(words[start:start+2+s.r.IntN(2)], " ")+`"`, "phrase", false)
	last := []rune(telling[at+1])
	s.add(kindSuggest, telling[at]+" "+string(last[:2+s.r.IntN(2)]), "prefix", false)
	s.add(kindSuggest, string(last[:3]), "prefix", false)
	if r := []rune(telling[at+2]); len(r) > 5 { // two letters have changed places
		k := 2 + s.r.IntN(len(r)-4)
		r[k], r[k+1] = r[k+1], r[k]
		s.add(kindSlip, telling[at]+" "+string(r), "all", false)
	}
	for k := 1; k+1 < len(words); k++ {
		if capital(words[k]) && capital(words[k+1]) && !capital(words[k-1]) {
			s.add(kindName, words[k]+" "+words[k+1], "all", false)
			break
		}
	}
	if s.far = append(s.far, telling[at]); len(s.far) >= 3 {
		pick := func() string { return s.far[s.r.IntN(len(s.far))] }
		s.add(kindAny, pick()+" "+pick()+" "+telling[at], "any", true)
	}
}

func (s *searchAsks) add(kind, text, match string, mixed bool) {
	s.list = append(s.list, searchQuery{kind, text, match, mixed})
}

var benchLink = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range benchLinks {
		m[w] = true
	}
	return m
}()

func capital(w string) bool { return len(w) > 3 && w[0] >= 'A' && w[0] <= 'Z' && w[1] >= 'a' }

func (s *searchAsks) write(path string) error {
	if len(s.list) == 0 {
		return fmt.Errorf("the articles are too short to make queries from")
	}
	l, err := newLines(path)
	if err != nil {
		return err
	}
	for _, q := range s.list {
		l.add(q)
	}
	return l.close()
}
