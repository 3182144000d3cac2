package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"dateline/internal/moderation"
	"dateline/internal/news"
)

// A floodCount is what became of a flood.
type floodCount struct {
	mu                           sync.Mutex
	spam, spamShown, spamRefused int
	good, goodHeld, goodRefused  int
	took                         []time.Duration
	err                          error
}

// flood has spam come in on one story, good comments beside it, and looks how its article
// is served meanwhile, and how many decisions a moderator is left with.
func (m *talkMeasure) flood(ctx context.Context, lasts time.Duration) error {
	story := m.stories[2]
	idle, err := m.articleFor(ctx, story.Address, 3*time.Second)
	if err != nil {
		return err
	}
	var n floodCount
	during := make(chan []time.Duration, 1)
	look := make(chan error, 1)
	go func() {
		d, err := m.articleFor(ctx, story.Address, lasts)
		during <- d
		look <- err
	}()
	m.pour(ctx, story.ID, lasts, &n)
	busy := <-during
	if err := <-look; err != nil {
		return err
	}
	if n.err != nil {
		return n.err
	}
	quiet, p99 := inMS(quantile(idle, .99)), inMS(quantile(busy, .99))
	m.report.told("article alone, p99", quiet, "ms")
	m.report.atMost("article during 50 comments a second on it, p99", p99, "ms", max(5, 2*quiet))
	m.report.told("post in the flood, p50", inMS(quantile(n.took, .5)), "ms")
	m.report.told("post in the flood, p99", inMS(quantile(n.took, .99)), "ms")
	m.report.told("spam sent", float64(n.spam), "comments")
	m.report.told("spam shown", float64(n.spamShown), "comments")
	m.report.told("spam turned away by limits", float64(n.spamRefused), "comments")
	m.report.told("good comments sent", float64(n.good), "comments")
	m.report.told("good comments held", float64(n.goodHeld), "comments")
	m.report.told("good comments turned away", float64(n.goodRefused), "comments")
	return m.decisions(ctx, story.ID)
}

// pour sends the flood: spam by new people, some texts over and over with small changes,
// and good comments by people whose comments were shown before.
func (m *talkMeasure) pour(ctx context.Context, story news.StoryID, lasts time.Duration, n *floodCount) {
	texts := []string{
		"Make money from home, %d dollars a week, see www.best-offer.example/%d", "Cheap watches number %d at http://shop.example/%d buy now",
		"I was poor until I met a forex trader, whatsapp me %d %d", "FREE GIFT CARDS %d CLICK HERE %d", "Hot singles wait for you http://date.example/%d/%d",
	}
	var work sync.WaitGroup
	tick := time.NewTicker(time.Second / benchFloodASecond)
	defer tick.Stop()
	end := time.Now().Add(lasts)
	gate := make(chan struct{}, 32)
	for i := 0; time.Now().Before(end) && ctx.Err() == nil; i++ {
		<-tick.C
		good := i%(benchFloodASecond/2) == 0
		who, text := 600+m.rng.IntN(600), fmt.Sprintf(texts[m.rng.IntN(len(texts))], m.rng.IntN(1000), m.rng.IntN(1000))
		if good {
			who, text = i/(benchFloodASecond/2)%250, m.text()
		}
		gate <- struct{}{}
		work.Go(func() {
			defer func() { <-gate }()
			var c postedComment
			took, status, err := m.call(ctx, m.tokens[who], benchHome(who), http.MethodPost, "/stories/"+string(story)+"/comments", map[string]string{"text": text}, &c)
			n.mu.Lock()
			defer n.mu.Unlock()
			if err != nil {
				n.err = err
				return
			}
			n.took = append(n.took, took)
			switch refused := status == http.StatusTooManyRequests; {
			case good:
				n.good++
				if refused {
					n.goodRefused++
				} else if c.Status != "published" {
					n.goodHeld++
				}
			default:
				n.spam++
				if refused {
					n.spamRefused++
				} else if c.Status == "published" {
					n.spamShown++
				}
			}
		})
	}
	work.Wait()
}

// articleFor asks for the article on one connection, ten times in a second.
func (m *talkMeasure) articleFor(ctx context.Context, path string, lasts time.Duration) ([]time.Duration, error) {
	c, err := m.server.dial(lasts + time.Minute)
	if err != nil {
		return nil, err
	}
	defer c.close()
	ask := benchAsk(m.server.address, path, "Accept-Encoding", "br, gzip")
	var took []time.Duration
	for end := time.Now().Add(lasts); time.Now().Before(end) && ctx.Err() == nil; {
		began := time.Now()
		h, err := c.send(ask, false)
		if err == nil {
			err = c.skip(h)
		}
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
		time.Sleep(5 * time.Millisecond)
	}
	return took, nil
}

// decisions counts how many decisions empty the story's queue when what is alike is
// decided on together, and how long that takes the program.
func (m *talkMeasure) decisions(ctx context.Context, story news.StoryID) error {
	p := place{Data: m.dir, Database: m.Database}
	s, err := p.open(ctx, logger(m.tell))
	if err != nil {
		return err
	}
	defer s.Close()
	desk := moderation.New(moderation.Options{Store: s, Now: s.Now})
	mod := news.Actor{ID: "bench", Name: "Bench", Role: news.Moderator, Via: "command"}
	n, emptied := 0, 0
	began := time.Now()
	for {
		list, _, err := s.CommentQueue(ctx, news.CommentQueue{Which: news.HeldQueue, Story: story, Limit: 1})
		if err != nil {
			return err
		}
		if len(list) == 0 || n > 10_000 {
			break
		}
		done, err := desk.Alike(ctx, mod, moderation.Reject, "", list[0].Comment.ID)
		if err != nil {
			return err
		}
		n++
		emptied += len(done)
	}
	m.report.told("held comments of the story", float64(emptied), "comments")
	m.report.told("decisions that emptied its queue, alike ones together", float64(n), "decisions")
	m.report.told("the program's time for them", inMS(time.Since(began)), "ms")
	return nil
}
