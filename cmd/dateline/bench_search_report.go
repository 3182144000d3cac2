package main

import (
	"errors"
	"fmt"
)

// searchGoals are the most that a kind of query may take, p99 in milliseconds, with
// 120,000 and with 500,000 articles; in between, and above, it grows evenly.
var searchGoals = map[string][2]float64{
	kindOne: {1, 5}, kindTwo: {1, 5}, kindThree: {1, 5}, kindAny: {1, 5}, kindNewest: {1, 5},
	kindPhrase: {15, 60}, kindSuggest: {3, 10}, kindFacets: {3, 12},
}

func (s *searchBench) goal(small, large float64) float64 {
	beyond := max(0, float64(s.Size-120_000)/380_000)
	return digits(small + (large-small)*beyond)
}

// own reports this program's index, with its goals.
func (s *searchBench) own(r searchResult) {
	p := &s.report
	p.told("articles made, by the clock", float64(r.Articles)/r.Wall.Seconds(), "per second")
	if r.CPU > 0 {
		p.atLeast("articles made, of a core", float64(r.Articles)/r.CPU.Seconds(), "per second", 7000)
	} else {
		p.missing("articles made, of a core", errors.New("this system does not tell a process' processor time"))
	}
	p.atMost("index, of the text", float64(r.Bytes)/float64(s.text)*100, "%", 30)
	p.atMost("opening until the first answer", inMS(r.First), "ms", 200)
	if r.FirstCPU > 0 {
		p.told("opening until the first answer, processor", inMS(r.FirstCPU), "ms")
	}
	p.atMost("heap", r.Heap/1e6, "MB", 200*max(1, digits(float64(s.Size)/120_000)))
	if r.Resident > 0 {
		p.told("resident", r.Resident/1e6, "MB")
		p.told("resident but for mapped files", r.Anonymous/1e6, "MB")
	}
	for _, k := range r.Kinds {
		p.told(k.Kind+", p50", inMS(k.P50), "ms")
		if g, ok := searchGoals[k.Kind]; ok {
			p.atMost(k.Kind+", p99", inMS(k.P99), "ms", s.goal(g[0], g[1]))
		} else {
			p.told(k.Kind+", p99", inMS(k.P99), "ms")
		}
		p.told(k.Kind+", p99 of the fastest of three", inMS(k.Best99), "ms")
		p.told(k.Kind+", with hits", float64(k.Hits)/float64(max(1, k.N))*100, "%")
	}
	p.told("mixed queries, two workers", r.Quiet.PerSecond, "per second")
	p.atLeast(fmt.Sprintf("mixed queries, two workers, with %d writes a second", searchRate), r.Writing.PerSecond, "per second", 10_000)
	if perCore := r.Writing.perCore(); perCore > 0 {
		p.told("mixed queries with writes, of a core", perCore, "per second")
	}
	p.told("mixed queries while writing, p99", inMS(r.Writing.P99), "ms")
	p.told("write until found, p50", inMS(r.Found.P50), "ms")
	p.atMost("write until found, p99", inMS(r.Found.P99), "ms", 5)
	p.told("write until found while others ask, p99", inMS(r.Late.P99), "ms")
}

// perCore is how many queries a whole core answers in a second, which hardly changes with
// what else the machine does.
func (m *searchMixed) perCore() float64 {
	if m.CPU <= 0 {
		return 0
	}
	return float64(m.N) / m.CPU.Seconds()
}

// beside reports a peer, each figure with how many times it is ours.
func (s *searchBench) beside(name string, own, r searchResult) {
	times := func(what string, ours, theirs float64, unit string) {
		s.report.told(name+": "+what, theirs, unit)
		if ours > 0 && theirs > 0 {
			s.report.told(name+": "+what+", of ours", theirs/ours, "times")
		}
	}
	times("articles made, by the clock", float64(own.Articles)/own.Wall.Seconds(), float64(r.Articles)/r.Wall.Seconds(), "per second")
	if own.CPU > 0 && r.CPU > 0 {
		times("articles made, of a core", float64(own.Articles)/own.CPU.Seconds(), float64(r.Articles)/r.CPU.Seconds(), "per second")
	}
	times("index, of the text", float64(own.Bytes)/float64(s.text)*100, float64(r.Bytes)/float64(s.text)*100, "%")
	times("opening until the first answer", inMS(own.First), inMS(r.First), "ms")
	times("resident but for mapped files", own.Anonymous/1e6, r.Anonymous/1e6, "MB")
	ours := map[string]searchKind{}
	for _, k := range own.Kinds {
		ours[k.Kind] = k
	}
	for _, k := range r.Kinds {
		o, asked := ours[k.Kind]
		if !asked || k.N == 0 {
			continue // what an engine has nothing like it leaves out
		}
		times(k.Kind+", p50", inMS(o.P50), inMS(k.P50), "ms")
		times(k.Kind+", p99", inMS(o.P99), inMS(k.P99), "ms")
		times(k.Kind+", p99 of the fastest of three", inMS(o.Best99), inMS(k.Best99), "ms")
		s.report.told(name+": "+k.Kind+", with hits", float64(k.Hits)/float64(k.N)*100, "%")
	}
	times("mixed queries, two workers", own.Quiet.PerSecond, r.Quiet.PerSecond, "per second")
	times(fmt.Sprintf("mixed queries, two workers, with %d writes a second", searchRate), own.Writing.PerSecond, r.Writing.PerSecond, "per second")
	times("mixed queries with writes, of a core", own.Writing.perCore(), r.Writing.perCore(), "per second")
	times("write until found, p99", inMS(own.Found.P99), inMS(r.Found.P99), "ms")
}
