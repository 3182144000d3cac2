package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"dateline/internal/search"
)

// carryOut measures this program's own index, in a process of its own. Goals are for two
// cores, so more are not used.
func (o searchOrder) carryOut() (any, error) {
	runtime.GOMAXPROCS(min(2, runtime.NumCPU()))
	if o.Articles != "" {
		return o.make()
	}
	return o.ask()
}

func (a *searchArticle) document() search.Document {
	return search.Document{
		ID: a.ID, Headline: a.Headline, Standfirst: a.Standfirst, Body: a.Body,
		Labels: strings.Join(a.Authors, ", ") + ", " + strings.Join(a.Topics, ", "), Section: a.Section, Topics: a.Topics, Authors: a.Authors, Published: a.Published,
	}
}

func linesOf[T any](path string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var v T
		f, err := os.Open(path)
		if err != nil {
			yield(v, err)
			return
		}
		defer f.Close()
		for dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<20)); ; {
			var v T
			err := dec.Decode(&v)
			if errors.Is(err, io.EOF) || !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// searchBatch is how many articles are handed over at once.
const searchBatch = 500

// make reads all articles once to know what reading costs, and takes that off.
func (o searchOrder) make() (m searchMade, err error) {
	ctx := context.Background()
	reading, err := cpuTaken(func() error {
		for _, err := range linesOf[searchArticle](o.Articles) {
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	all, err := cpuTaken(func() error {
		x, err := search.Open(filepath.Join(o.Dir, "search"), search.Options{})
		if err != nil {
			return err
		}
		timed := func(do func() error) error {
			began := time.Now()
			defer func() { m.Wall += time.Since(began) }()
			return do()
		}
		var batch []search.Document
		for a, err := range linesOf[searchArticle](o.Articles) {
			if err != nil {
				return errors.Join(err, x.Close())
			}
			m.Articles++
			if batch = append(batch, a.document()); len(batch) == searchBatch {
				if err := timed(func() error { return x.Fill(ctx, batch) }); err != nil {
					return errors.Join(err, x.Close())
				}
				batch = batch[:0]
			}
		}
		return timed(func() error {
			return errors.Join(x.Fill(ctx, batch), x.Apply(ctx, 1, nil, nil), x.Close())
		})
	})
	if err != nil {
		return m, err
	}
	if all > 0 {
		m.CPU = max(all-reading, time.Millisecond)
	}
	m.Bytes, err = sizeOf(o.Dir)
	return m, err
}

// cpuTaken is what this process uses while do runs; 0 where the system does not tell.
func cpuTaken(do func() error) (time.Duration, error) {
	before, blind := cpuOf(os.Getpid())
	err := do()
	after, _ := cpuOf(os.Getpid())
	if blind != nil {
		return 0, err
	}
	return after - before, err
}

func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// A searchAsker asks the opened index.
type searchAsker struct {
	x       *search.Index
	queries []searchQuery
	writes  []searchArticle
	topics  []search.Known
	seq     int64
}

func (o searchOrder) ask() (r searchAsked, err error) {
	s := &searchAsker{}
	known := map[string]bool{}
	for q, err := range linesOf[searchQuery](o.Queries) {
		if err != nil {
			return r, err
		}
		s.queries = append(s.queries, q)
	}
	for a, err := range linesOf[searchArticle](o.Writes) {
		if err != nil {
			return r, err
		}
		s.writes = append(s.writes, a)
		for _, t := range a.Topics {
			if !known[t] {
				known[t] = true
				s.topics = append(s.topics, search.Known{Topic: t, Names: []string{t}})
			}
		}
	}
	if len(s.queries) == 0 || len(s.writes) == 0 {
		return r, errors.New("there is nothing to ask or to write")
	}
	began := time.Now()
	r.FirstCPU, err = cpuTaken(func() (err error) {
		if s.x, err = search.Open(filepath.Join(o.Dir, "search"), search.Options{}); err == nil {
			_, err = s.one(&s.queries[0])
		}
		r.First = time.Since(began)
		return err
	})
	if s.x != nil {
		defer func() { err = errors.Join(err, s.x.Close()) }()
	}
	if err != nil {
		return r, err
	}
	s.x.Know(s.topics)
	if s.seq, err = s.x.Applied(context.Background()); err != nil {
		return r, err
	}
	if r.Kinds, err = s.kinds(o.Rounds); err != nil {
		return r, err
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	r.Heap = float64(m.HeapAlloc)
	if r.Resident, err = kilobytes("/proc/self/status", "VmRSS:"); err == nil {
		r.Anonymous, _ = kilobytes("/proc/self/status", "RssAnon:")
	}
	if r.Quiet, _, err = s.mixed(o.Mixed, 0); err != nil {
		return r, err
	}
	if r.Writing, r.Late, err = s.mixed(o.Mixed, o.Rate); err != nil {
		return r, err
	}
	var took []time.Duration
	for i := range s.writes {
		t, err := s.write(&s.writes[i])
		if err != nil {
			return r, err
		}
		took = append(took, t)
	}
	r.Found = timesOf(took)
	return r, nil
}

// one asks as the site does: a page of ten, with its count and facets only where the kind
// says so.
func (s *searchAsker) one(q *searchQuery) (hits int, err error) {
	ctx := context.Background()
	if q.Kind == kindSuggest {
		list, err := s.x.Suggest(ctx, q.Text, 5)
		return len(list), err
	}
	ask := search.Query{Text: q.Text, Limit: 10, HitsOnly: q.Kind != kindFacets}
	if q.Kind == kindNewest {
		ask.Sort = search.Newest
	}
	r, err := s.x.Search(ctx, ask)
	return len(r.Hits), err
}

// kinds asks all queries of a kind once, and then so often with the clock running.
func (s *searchAsker) kinds(rounds int) ([]searchKind, error) {
	var order []string
	by := map[string][]*searchQuery{}
	for i := range s.queries {
		q := &s.queries[i]
		if by[q.Kind] == nil {
			order = append(order, q.Kind)
		}
		by[q.Kind] = append(by[q.Kind], q)
	}
	var out []searchKind
	for _, name := range order {
		k := searchKind{Kind: name}
		var took, best []time.Duration
		for round := range rounds + 1 {
			for i, q := range by[name] {
				began := time.Now()
				hits, err := s.one(q)
				t := time.Since(began)
				switch {
				case err != nil:
					return nil, fmt.Errorf("ask %q: %w", q.Text, err)
				case round == 0:
					best = append(best, 1<<62)
					continue
				case hits > 0:
					k.Hits++
				}
				took, best[i] = append(took, t), min(best[i], t)
			}
		}
		k.searchTimes, k.Best99 = timesOf(took), quantile(best, 0.99)
		out = append(out, k)
	}
	return out, nil
}

// write puts an article in and looks for it until it is there.
func (s *searchAsker) write(a *searchArticle) (time.Duration, error) {
	ctx := context.Background()
	began := time.Now()
	s.seq++
	if err := s.x.Apply(ctx, s.seq, []search.Document{a.document()}, nil); err != nil {
		return 0, err
	}
	r, err := s.x.Search(ctx, search.Query{Text: a.Mark, Limit: 1, HitsOnly: true, Exact: true})
	if err == nil && (len(r.Hits) == 0 || r.Hits[0].ID != a.ID) {
		err = fmt.Errorf("the article %s was written, but %q finds %v", a.ID, a.Mark, r.Hits)
	}
	return time.Since(began), err
}

// mixed has two workers ask for so long, with so many writes a second.
func (s *searchAsker) mixed(length time.Duration, rate int) (m searchMixed, late searchTimes, err error) {
	var list []*searchQuery
	for i := range s.queries {
		if s.queries[i].Mixed {
			list = append(list, &s.queries[i])
		}
	}
	const workers = 2
	var all sync.WaitGroup
	var took [workers + 1][]time.Duration
	var failed [workers + 1]error
	before, blind := cpuOf(os.Getpid())
	began := time.Now()
	end := began.Add(length)
	for w := range workers {
		all.Go(func() {
			for i := w * len(list) / workers; ; i++ {
				at := time.Now()
				if !at.Before(end) {
					return
				}
				if _, err := s.one(list[i%len(list)]); err != nil {
					failed[w] = err
					return
				}
				took[w] = append(took[w], time.Since(at))
			}
		})
	}
	if rate > 0 {
		all.Go(func() {
			for i := 0; ; i++ {
				due := began.Add(time.Duration(i) * time.Second / time.Duration(rate))
				if !due.Before(end) {
					return
				}
				time.Sleep(time.Until(due))
				t, err := s.write(&s.writes[i%len(s.writes)])
				if err != nil {
					failed[workers] = err
					return
				}
				took[workers] = append(took[workers], t)
			}
		})
	}
	all.Wait()
	seconds := time.Since(began).Seconds()
	asked := append(took[0], took[1]...)
	m.PerSecond = float64(len(asked)) / seconds
	m.searchTimes = timesOf(asked)
	if after, err := cpuOf(os.Getpid()); err == nil && blind == nil {
		m.CPU = after - before
	}
	return m, timesOf(took[workers]), errors.Join(failed[:]...)
}
