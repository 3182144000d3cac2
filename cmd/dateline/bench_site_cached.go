package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var errNoCPU = errors.New("this system does not tell a process' processor time")

// A contender is a server that answers the same page in the rounds.
type contender struct {
	name    string
	pid     int
	address string
	path    string
}

// An answerKind is one way of asking for the page.
type answerKind struct {
	name    string
	status  int
	headers []string
}

// cached compares our answers from memory with those of the barest handler of net/http
// that has the same bytes in its hand. Rounds take turns, so that a busy machine harms
// all alike; each is compared with its neighbour and the median of these counts. The
// server's processor time is the truer figure: requests a second also have the
// client's work in them, which is the same for all and so flatters the slower.
func (m *siteMeasure) cached(ctx context.Context, articles []string) error {
	path, page, err := m.typical(ctx, articles)
	if err != nil {
		return err
	}
	ours := contender{"ours", m.server.cmd.Process.Pid, m.server.address, path}
	bare, err := m.contend(ctx, "bare", "", page)
	if err != nil {
		return err
	}
	all := []contender{ours, bare}
	if m.cmd.Beside != "" {
		peer, err := m.contend(ctx, "peer", m.cmd.Beside, page)
		if err != nil {
			return err
		}
		all = append(all, peer)
	}
	kinds := []answerKind{
		{"cached article", 200, []string{"Accept-Encoding", page.encoding}},
		{"not modified article", 304, []string{"Accept-Encoding", page.encoding, "If-None-Match", page.etag}},
	}
	m.say("asking for one article of %d bytes, %d rounds of %s of each kind", len(page.body), m.cmd.Rounds, m.cmd.Round)
	found := map[string][]roundResult{}
	for n := range m.cmd.Rounds + 1 {
		for _, k := range kinds {
			for _, c := range all {
				o := loadOrder{Address: c.address, Connections: benchReaders, For: m.cmd.Round, Status: k.status,
					Asks: [][]byte{benchAsk(c.address, c.path, k.headers...)}}
				if n == 0 {
					o.For = min(o.For, 300*time.Millisecond) // warms up and is not counted
				}
				r, err := m.round(ctx, c.pid, o)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", k.name, c.name, err)
				}
				if n > 0 {
					found[k.name+c.name] = append(found[k.name+c.name], r)
				}
			}
		}
	}
	for _, k := range kinds {
		m.compare(k.name, found[k.name+"ours"], found[k.name+"bare"], "a bare handler", true)
		if m.cmd.Beside != "" {
			m.compare(k.name, found[k.name+"ours"], found[k.name+"peer"], "the peer", false)
		}
	}
	return nil
}

// typical finds an article of middling size, and gets it into the server's memory.
func (m *siteMeasure) typical(ctx context.Context, articles []string) (string, benchPage, error) {
	pages := map[float64]string{}
	var sizes []float64
	for _, path := range articles[:min(21, len(articles))] {
		p, err := m.server.fetch(ctx, path, "br")
		if err != nil {
			return "", benchPage{}, err
		}
		size := float64(len(p.body))
		pages[size] = path
		sizes = append(sizes, size)
	}
	path := pages[quantile(sizes, 0.5)]
	p, err := m.server.fetch(ctx, path, "br")
	if err == nil && (p.encoding != "br" || p.etag == "") {
		err = fmt.Errorf("%s has the encoding %q and the ETag %q; a cached page has both", path, p.encoding, p.etag)
	}
	return path, p, err
}

// contend starts a process that serves the page.
func (m *siteMeasure) contend(ctx context.Context, name, program string, p benchPage) (contender, error) {
	c, err := m.part(name, program)
	if err != nil {
		return contender{}, err
	}
	var where bareServer
	if err := c.ask(ctx, barePage{Type: p.kind, Encoding: p.encoding, ETag: p.etag, Body: p.body}, &where); err != nil {
		return contender{}, err
	}
	return contender{name, c.cmd.Process.Pid, where.Address, "/"}, nil
}

// compare notes our rounds beside another's.
func (m *siteMeasure) compare(name string, ours, other []roundResult, whose string, goal bool) {
	var rates, cpus, ourRate, ourCPU, otherCPU []float64
	for i := range ours {
		a, b := ours[i], other[i]
		rates = append(rates, a.rate/b.rate)
		ourRate = append(ourRate, a.rate)
		if a.cpu > 0 && b.cpu > 0 {
			cpus = append(cpus, float64(b.cpu)/float64(a.cpu))
			ourCPU = append(ourCPU, float64(a.cpu)/float64(time.Microsecond))
			otherCPU = append(otherCPU, float64(b.cpu)/float64(time.Microsecond))
		}
	}
	share := fmt.Sprintf("%s, share of %s's answers per CPU second", name, whose)
	switch {
	case len(cpus) == 0:
		m.report.missing(share, errNoCPU)
	case goal:
		m.report.atLeast(share, median(cpus), "ratio", 0.8)
	default:
		m.report.told(share, median(cpus), "ratio")
	}
	m.report.told(fmt.Sprintf("%s, share of %s's answers per second", name, whose), median(rates), "ratio")
	if goal {
		m.report.told(name+", answers per second", median(ourRate), "answers/s")
		m.report.told(name+", CPU", median(ourCPU), "µs")
	}
	if len(otherCPU) > 0 {
		m.report.told(fmt.Sprintf("%s, CPU of %s", name, whose), median(otherCPU), "µs")
	}
}
