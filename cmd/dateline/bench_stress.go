package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"dateline/internal/news"
)

// How many work at once in the stress.
const (
	stressEditors = 3
	stressEach    = 2 // stories of an editor
	stressReaders = 24
	stressTopic   = "Bench Stress"
	stressWord    = "zyquastress"
)

// A stressed newsroom: editors count upwards in headlines while readers check that no
// page shows less than what was acknowledged before they asked.
type stressed struct {
	server *benchServer
	editor *benchEditor
	said   [stressEditors * stressEach]atomic.Int64 // the last count whose Publish answered
	paths  []string                                 // of the stories

	reads, same, busy, publishes, stale atomic.Int64
	mu                                  sync.Mutex
	calls                               []time.Duration
	wrong                               map[string]int // stale reads by page
	example                             string
}

// stressMark is how a headline carries its count: story 2 at count 17 is s2n000017.
// No address has it, since the stories were given slugs.
var stressMark = regexp.MustCompile(`s(\d)n(\d{6})`)

func stressHeadline(story int, count int64) string {
	return fmt.Sprintf("%s ledger s%dn%06d closes", stressWord, story, count)
}

// stress has editors and readers work at once for a while.
func (b *bench) stress(ctx context.Context, s *benchServer, e *benchEditor, lasts time.Duration) error {
	b.say("%d editors and %d readers at once for %s", stressEditors, stressReaders, lasts)
	x := &stressed{server: s, editor: e, wrong: map[string]int{}}
	stories, err := x.begin(ctx)
	if err != nil {
		return err
	}
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	time.AfterFunc(lasts, func() { cancel(errStressOver) })
	var all sync.WaitGroup
	try := func(f func() error) {
		all.Go(func() {
			if err := f(); err != nil {
				cancel(err)
			}
		})
	}
	for i := range stressEditors {
		try(func() error { return x.edit(work, i, stories) })
	}
	for i := range stressReaders {
		try(func() error { return x.read(work, i, lasts) })
	}
	all.Wait()
	if err := context.Cause(work); !errors.Is(err, errStressOver) {
		return err
	}
	x.tell(b, lasts)
	return nil
}

var errStressOver = errors.New("the stress is over")

// begin publishes the stories that will be changed.
func (x *stressed) begin(ctx context.Context) ([]storyState, error) {
	var stories []storyState
	w := newBenchWriter(5)
	for i := range x.said {
		st := w.story()
		s, err := x.editor.create(ctx, map[string]any{"headline": stressHeadline(i, 1), "body": st.Body, "standfirst": st.Standfirst,
			"section": "World", "topics": []string{stressTopic}, "slug": fmt.Sprintf("bench-stress-%c", 'a'+i)})
		if err != nil {
			return nil, err
		}
		if s, err = x.editor.publish(ctx, s); err != nil {
			return nil, err
		}
		x.said[i].Store(1)
		x.paths = append(x.paths, s.path(x.server))
		stories = append(stories, s)
	}
	return stories, nil
}

// edit stressCounts up one editor's stories in turn.
func (x *stressed) edit(ctx context.Context, editor int, stories []storyState) error {
	for n := int64(2); ; n++ {
		for i := editor * stressEach; i < (editor+1)*stressEach; i++ {
			// A call that was begun is finished: its count would be shown without
			// having been acknowledged, which is allowed, but its error would not be.
			if ctx.Err() != nil {
				return nil
			}
			s, err := x.editor.save(context.WithoutCancel(ctx), stories[i], map[string]any{"headline": stressHeadline(i, n)})
			if err != nil {
				return err
			}
			if s, err = x.editor.publish(context.WithoutCancel(ctx), s); err != nil {
				return err
			}
			x.said[i].Store(n)
			stories[i].etag = s.etag
			x.publishes.Add(1)
			x.mu.Lock()
			x.calls = append(x.calls, s.took)
			x.mu.Unlock()
		}
	}
}

// A stressPage is a page that shows the stories of the stress: one of them, or all.
type stressPage struct {
	name, path string
	encoding   string
	story      int // -1 for all
	etag       string
	held       stressCounts // what the copy with that etag shows
}

type stressCounts [stressEditors * stressEach]int64

// pages are the pages that readers ask for, in every form: one form could be old
// where another is not.
func (x *stressed) pages() (pages []*stressPage) {
	for _, e := range benchEncodings {
		pages = append(pages, []*stressPage{
			{name: "front page", path: "/", story: -1}, {name: "topic", path: "/topics/" + news.Slug(stressTopic), story: -1},
			{name: "section", path: "/sections/world", story: -1}, {name: "search", path: "/search?q=" + stressWord, story: -1},
			{name: "RSS", path: "/feed.rss", story: -1}, {name: "Atom", path: "/feed.atom", story: -1}, {name: "JSON Feed", path: "/feed.json", story: -1},
		}...)
		for i, path := range x.paths {
			pages = append(pages, &stressPage{name: "article", path: path, story: i})
		}
		for _, p := range pages {
			if p.encoding == "" {
				p.encoding = e
			}
		}
	}
	return pages
}

// read asks for pages at random, every other time with the copy it has, and checks
// each answer. A 304 says that the copy is current, so it is held to that. A search
// may be asked to come back later; it is then no answer.
func (x *stressed) read(ctx context.Context, reader int, lasts time.Duration) error {
	r := rand.New(rand.NewPCG(6, uint64(reader)))
	c, err := dialBench(x.server.address, lasts+time.Minute)
	if err != nil {
		return err
	}
	defer c.close()
	pages := x.pages()
	for ctx.Err() == nil {
		p := pages[r.IntN(len(pages))]
		var headers []string
		if p.etag != "" && r.IntN(2) == 0 {
			headers = []string{"If-None-Match", p.etag}
		}
		var said stressCounts // before the request begins
		for i := range said {
			said[i] = x.said[i].Load()
		}
		h, body, err := c.page(x.server.address, p.path, p.encoding, headers...)
		if err != nil {
			return err
		}
		switch {
		case h.status == 200:
			p.etag, p.held = h.etag, stressCountsOf(body)
		case h.status == 304:
			x.same.Add(1)
		case h.status == 503 && p.name == "search":
			x.busy.Add(1)
			continue
		default:
			return fmt.Errorf("%s answered %d", p.path, h.status)
		}
		x.reads.Add(1)
		x.check(p, said, h.status)
	}
	return nil
}

// check holds a page to what was said before it was asked for. A story that is
// missing shows 0 and so is stale.
func (x *stressed) check(p *stressPage, said stressCounts, status int) {
	for i := range said {
		if p.story >= 0 && i != p.story && p.held[i] == 0 {
			continue // an article shows others only among its related stories
		}
		if p.held[i] < said[i] {
			x.stale.Add(1)
			x.mu.Lock()
			x.wrong[p.name]++
			x.example = fmt.Sprintf("%s (status %d) showed story %d at %d after %d was acknowledged", p.path, status, i, p.held[i], said[i])
			x.mu.Unlock()
			return
		}
	}
}

// stressCountsOf is the least that a page shows of each story; 0 for one that is not there.
func stressCountsOf(body string) stressCounts {
	var c stressCounts
	for _, m := range stressMark.FindAllStringSubmatch(body, -1) {
		i, _ := strconv.Atoi(m[1])
		n, _ := strconv.ParseInt(m[2], 10, 64)
		if i < len(c) && (c[i] == 0 || n < c[i]) {
			c[i] = n
		}
	}
	return c
}

func (x *stressed) tell(b *bench, lasts time.Duration) {
	b.report.atMost("stress: stale reads after Publish answered", float64(x.stale.Load()), "reads", 0)
	b.report.told("stress: reads checked", float64(x.reads.Load()), "reads")
	b.report.told("stress: of these answered 304", float64(x.same.Load()), "reads")
	b.report.told("stress: searches asked to come back later", float64(x.busy.Load()), "searches")
	b.report.told("stress: publications", float64(x.publishes.Load()), "publications")
	b.report.told("stress: publish call among readers, p50", inMS(quantile(x.calls, 0.5)), "ms")
	b.report.told("stress: publish call among readers, p99", inMS(quantile(x.calls, 0.99)), "ms")
	b.report.told("stress: lasted", lasts.Seconds(), "s")
	for name, n := range x.wrong {
		b.report.told("stress: stale reads of "+name, float64(n), "reads")
	}
	if x.example != "" {
		b.say("stale: %s", x.example)
	}
}
