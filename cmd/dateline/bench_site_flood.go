package main

import (
	"context"
	"fmt"
	"time"
)

// A flood is what a scanner does to a site: so many addresses a second that are not
// there, each another.
const (
	floodRate    = 2000
	floodReaders = 200 // articles a second that readers ask for meanwhile
	floodLongest = 10 * time.Second
)

// flooded measures what readers of articles feel of a flood beside them. Both are
// asked for at a steady rate, so that who is answered late shows as such. The three
// kinds of address in the flood are a scanner's, an article's and a topic's.
func (m *siteMeasure) flooded(ctx context.Context, articles []string) error {
	scanner, err := m.part("load", "")
	if err != nil {
		return err
	}
	rounds := min(floodLongest, time.Duration(m.cmd.Rounds)*m.cmd.Round)
	fresh := articles[min(benchFirsts, len(articles)/2):]
	held := fresh[:min(50, len(fresh)/2)]
	fresh = fresh[len(held):]
	firsts := max(1, min(int(rounds.Seconds()*floodReaders), len(fresh)/2))
	m.say("asking for articles alone and beside %d pages a second that are not there", floodRate)
	if _, err := m.readers(ctx, held, 0); err != nil { // they are held from here on
		return err
	}
	asked := 0
	for _, flood := range []bool{false, true} {
		beside := "alone"
		var done chan error
		if flood {
			beside = fmt.Sprintf("beside %d missing pages a second", floodRate)
			o := loadOrder{Address: m.server.address, Connections: 64, Rate: floodRate, Status: 404}
			for i := range int((2*rounds + 2*time.Second).Seconds() * floodRate) {
				path := [...]string{"/wp-content/plugins/%d/readme.txt", "/2026/11/25/no-such-story-%d", "/topics/no-such-topic-%d"}[i%3]
				o.Asks = append(o.Asks, benchAsk(o.Address, fmt.Sprintf(path, i), "Accept-Encoding", "br"))
			}
			done = make(chan error, 1)
			go func() {
				var r loadResult
				err := scanner.ask(ctx, &o, &r)
				if err == nil && r.Failure != "" {
					err = fmt.Errorf("a request of the flood failed: %s", r.Failure)
				}
				if err == nil {
					m.report.told("missing page in the flood, answers/s", float64(r.Answers)/r.Took.Seconds(), "answers/s")
					m.report.told("missing page in the flood, p99", inMS(r.P99), "ms")
				}
				done <- err
			}()
		}
		r, err := m.readers(ctx, held, rounds)
		if err != nil {
			return err
		}
		m.report.told("held article "+beside+", p50", inMS(r.P50), "ms")
		m.report.told("held article "+beside+", p99", inMS(r.P99), "ms")
		if r, err = m.readers(ctx, fresh[asked:asked+firsts], 0); err != nil {
			return err
		}
		asked += firsts
		m.report.told("article made "+beside+", p50", inMS(r.P50), "ms")
		m.report.told("article made "+beside+", p99", inMS(r.P99), "ms")
		if done != nil {
			if err := <-done; err != nil {
				return err
			}
		}
	}
	return nil
}

// readers ask for articles at the readers' rate: for so long, or for each once.
func (m *siteMeasure) readers(ctx context.Context, paths []string, long time.Duration) (roundResult, error) {
	o := loadOrder{Address: m.server.address, Connections: 16, For: long, Rate: floodReaders, Status: 200}
	for _, path := range paths {
		o.Asks = append(o.Asks, benchAsk(o.Address, path, "Accept-Encoding", browserEncodings))
	}
	return m.round(ctx, m.server.cmd.Process.Pid, o)
}
