package searchpeer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

type asked struct {
	First     time.Duration `json:"first"`
	FirstCPU  time.Duration `json:"first_cpu"`
	Heap      float64       `json:"heap"`
	Resident  float64       `json:"resident"`
	Anonymous float64       `json:"anonymous"`
	Kinds     []kind        `json:"kinds"`
	Found     times         `json:"found"`
	Quiet     mixed         `json:"quiet"`
	Writing   mixed         `json:"writing"`
	Late      times         `json:"late"`
}

type kind struct {
	Kind string `json:"kind"`
	times
	Best99 time.Duration `json:"best99"`
	Hits   int           `json:"hits"`
}

type times struct {
	N   int           `json:"n"`
	P50 time.Duration `json:"p50"`
	P99 time.Duration `json:"p99"`
}

type mixed struct {
	PerSecond float64       `json:"per_second"`
	CPU       time.Duration `json:"cpu"`
	times
}

func timesOf(all []time.Duration) times {
	return times{len(all), quantile(all, 0.50), quantile(all, 0.99)}
}

func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[max(0, int(math.Ceil(q*float64(len(all))))-1)]
}

type asker struct {
	Engine
	queries []Query
	writes  []Article
}

func (o order) ask(open func(dir string) (Engine, error)) (r asked, err error) {
	var s asker
	for q, err := range linesOf[Query](o.Queries) {
		if err != nil {
			return r, err
		}
		s.queries = append(s.queries, q)
	}
	for a, err := range linesOf[Article](o.Writes) {
		if err != nil {
			return r, err
		}
		s.writes = append(s.writes, a)
	}
	if len(s.queries) == 0 || len(s.writes) == 0 {
		return r, errors.New("there is nothing to ask or to write")
	}
	began, cpu := time.Now(), processCPU()
	if s.Engine, err = open(o.Dir); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, err := s.Ask(&s.queries[0]); err != nil {
		return r, err
	}
	r.First, r.FirstCPU = time.Since(began), processCPU()-cpu
	if r.Kinds, err = s.kinds(o.Rounds); err != nil {
		return r, err
	}
	r.Resident, r.Anonymous = memory("VmRSS:"), memory("RssAnon:")
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

// kinds asks all queries of a kind once, and then so often with the clock running.
func (s *asker) kinds(rounds int) (out []kind, err error) {
	var order []string
	by := map[string][]*Query{}
	for i := range s.queries {
		q := &s.queries[i]
		if by[q.Kind] == nil {
			order = append(order, q.Kind)
		}
		by[q.Kind] = append(by[q.Kind], q)
	}
	for _, name := range order {
		k, err := s.one(by[name], rounds)
		if errors.Is(err, ErrCannot) {
			continue
		}
		if err != nil {
			return nil, err
		}
		k.Kind = name
		out = append(out, k)
	}
	return out, nil
}

func (s *asker) one(list []*Query, rounds int) (k kind, err error) {
	var took []time.Duration
	best := make([]time.Duration, len(list))
	for round := range rounds + 1 {
		for i, q := range list {
			began := time.Now()
			hits, err := s.Ask(q)
			t := time.Since(began)
			switch {
			case err != nil:
				return k, fmt.Errorf("ask %q: %w", q.Text, err)
			case round == 0:
				best[i] = math.MaxInt64
				continue
			case len(hits) > 0:
				k.Hits++
			}
			took, best[i] = append(took, t), min(best[i], t)
		}
	}
	k.times, k.Best99 = timesOf(took), quantile(best, 0.99)
	return k, nil
}

// findMost is how long a written article may stay unfound.
const findMost = 10 * time.Second

// write puts an article and asks for it until it is there.
func (s *asker) write(a *Article) (time.Duration, error) {
	began := time.Now()
	if err := s.Put([]Article{*a}); err != nil {
		return 0, err
	}
	for {
		hits, err := s.Ask(&Query{Text: a.Mark, Match: "all"})
		if err != nil || slices.Contains(hits, a.ID) {
			return time.Since(began), err
		}
		if time.Since(began) > findMost {
			return 0, fmt.Errorf("the article %s was put, but %q finds %v", a.ID, a.Mark, hits)
		}
	}
}

// mixed has two workers ask for so long, with so many writes a second.
func (s *asker) mixed(length time.Duration, rate int) (m mixed, late times, err error) {
	var list []*Query
	for i := range s.queries {
		if s.queries[i].Mixed {
			list = append(list, &s.queries[i])
		}
	}
	if len(list) == 0 {
		return m, late, errors.New("no query is a mixed one")
	}
	const workers = 2
	var all sync.WaitGroup
	var took [workers + 1][]time.Duration
	var failed [workers + 1]error
	cpu, began := processCPU(), time.Now()
	end := began.Add(length)
	for w := range workers {
		all.Go(func() {
			for i := w * len(list) / workers; ; i++ {
				at := time.Now()
				if !at.Before(end) {
					return
				}
				if _, err := s.Ask(list[i%len(list)]); err != nil {
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
	m.PerSecond, m.CPU = float64(len(asked))/seconds, processCPU()-cpu
	m.times = timesOf(asked)
	return m, timesOf(took[workers]), errors.Join(failed[:]...)
}
