package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"dateline/internal/news"
)

// benchPublishCmd measures what an editor waits for, and holds Publish to its word.
type benchPublishCmd struct {
	benchFlags
	Publications int           `help:"Stories to publish, one after the other." default:"300"`
	Stress       time.Duration `help:"How long editors and readers work at once." default:"10s"`
}

func (c *benchPublishCmd) Run(ctx context.Context, std *std) error {
	if part := os.Getenv(benchPartEnv); part != "" {
		return benchPart(part, std)
	}
	if c.Publications < 1 || c.Publications > 100_000 || c.Stress < 100*time.Millisecond || c.Stress > time.Hour {
		return wrongUsage("--publications and --stress: use 1 to 100000 publications, and 100ms to 1h")
	}
	limit := 10*time.Minute + time.Duration(max(c.Size, 10_000))*20*time.Millisecond + time.Duration(c.Publications)*time.Second + 2*c.Stress
	return c.measure(ctx, std, "publish", limit, c.publish)
}

func (c *benchPublishCmd) publish(ctx context.Context, b *bench) error {
	f, err := b.fill(ctx)
	if err != nil {
		return err
	}
	b.report.told("stories", float64(f.stories), "stories")
	b.say("starting it")
	s, err := b.serve(ctx, startMost)
	if err != nil {
		return err
	}
	editor, err := b.editor(ctx, s)
	if err != nil {
		return err
	}
	p := &publishMeasure{bench: b, server: s, editor: editor}
	b.say("publishing %d stories, and looking for each in seven places", c.Publications)
	if err := p.each(ctx, c.Publications); err != nil {
		return err
	}
	return b.stress(ctx, s, editor, c.Stress)
}

// A publishMeasure publishes stories and looks where readers would.
type publishMeasure struct {
	*bench
	server *benchServer
	editor *benchEditor

	creates, saves, calls, seen []time.Duration
	pages, searches, feeds      []float64     // as the answer tells, in milliseconds
	cpu                         time.Duration // of the server, in the publish calls
	blind                       error         // why it is not known
	stale                       map[string]int
}

// A lookout is a reader who waits at one page for a story.
type lookout struct {
	name string
	conn *benchConn
}

var lookoutPlaces = []string{"article", "front page", "topic", "search", "RSS", "Atom", "JSON Feed"}

func (p *publishMeasure) each(ctx context.Context, n int) error {
	p.stale = map[string]int{}
	var looks []lookout
	for _, name := range lookoutPlaces {
		c, err := dialBench(p.server.address, time.Duration(n)*time.Second+time.Minute)
		if err != nil {
			return err
		}
		defer c.close()
		looks = append(looks, lookout{name, c})
	}
	w := newBenchWriter(4)
	for i := range n {
		if err := p.one(ctx, w, i, looks); err != nil {
			return fmt.Errorf("publication %d: %w", i+1, err)
		}
	}
	p.tell(n)
	return nil
}

// one writes a story, saves it once more, publishes it, and looks for it everywhere
// at once as soon as that is answered.
func (p *publishMeasure) one(ctx context.Context, w *benchWriter, i int, looks []lookout) error {
	st := w.story()
	word := benchWord(i)
	fields := map[string]any{"headline": st.Headline, "standfirst": st.Standfirst, "body": st.Body,
		"section": st.Section, "topics": st.Topics, "byline": st.Byline}
	s, err := p.editor.create(ctx, fields)
	if err != nil {
		return err
	}
	p.creates = append(p.creates, s.took)
	if s, err = p.editor.save(ctx, s, map[string]any{"headline": st.Headline + " " + word}); err != nil {
		return err
	}
	p.saves = append(p.saves, s.took)

	pid := p.server.cmd.Process.Pid
	before, err := cpuOf(pid)
	if err != nil {
		p.blind = errNoCPU
	}
	began := time.Now()
	if s, err = p.editor.publish(ctx, s); err != nil {
		return err
	}
	p.calls = append(p.calls, s.took)
	p.pages = append(p.pages, s.Live.PageMS)
	p.searches = append(p.searches, s.Live.SearchMS)
	p.feeds = append(p.feeds, s.Live.FeedsMS)
	if err := p.look(looks, s.path(p.server), st.Topics[0], word); err != nil {
		return err
	}
	p.seen = append(p.seen, time.Since(began))
	if p.blind == nil {
		after, err := cpuOf(pid)
		if err != nil {
			return err
		}
		p.cpu += after - before
	}
	return nil
}

// look asks every place at the same time, once: Publish has answered, so whatever
// does not show the story now is stale.
func (p *publishMeasure) look(looks []lookout, path, topic, word string) error {
	var all sync.WaitGroup
	shown := make([]bool, len(looks))
	errs := make([]error, len(looks))
	for i, l := range looks {
		all.Go(func() {
			at, want, encoding := "", path, "gzip" // as feed readers ask; browsers take Brotli
			switch l.name {
			case "article":
				at, want, encoding = path, word, browserEncodings
			case "front page":
				at, encoding = "/", browserEncodings
			case "topic":
				at, encoding = "/topics/"+url.PathEscape(news.Slug(topic)), browserEncodings
			case "search":
				at, encoding = "/search?q="+word, browserEncodings
			case "RSS":
				at = "/feed.rss"
			case "Atom":
				at = "/feed.atom"
			default:
				at = "/feed.json"
			}
			var h benchHead
			var body string
			h, body, errs[i] = l.conn.page(p.server.address, at, encoding)
			shown[i] = h.status == 200 && strings.Contains(body, want)
		})
	}
	all.Wait()
	for i, l := range looks {
		if errs[i] != nil {
			return errs[i]
		}
		if !shown[i] {
			p.stale[l.name]++
		}
	}
	return nil
}

func (p *publishMeasure) tell(n int) {
	r := &p.report
	ms := func(all []time.Duration, q float64) float64 { return inMS(quantile(all, q)) }
	r.atMost("publish until seen on page, front, topic, search and feeds, p50", ms(p.seen, 0.5), "ms", 20)
	r.atMost("publish until seen on page, front, topic, search and feeds, p99", ms(p.seen, 0.99), "ms", 50)
	r.told("publish call, p50", ms(p.calls, 0.5), "ms")
	r.told("publish call, p99", ms(p.calls, 0.99), "ms")
	r.told("of it after the commit, until search had it, p50", quantile(p.searches, 0.5), "ms")
	r.told("of it after the commit, until pages were made, p50", quantile(p.pages, 0.5), "ms")
	r.told("of it after the commit, until feeds were made, p50", quantile(p.feeds, 0.5), "ms")
	r.told("begin a draft, p50", ms(p.creates, 0.5), "ms")
	r.told("begin a draft, p99", ms(p.creates, 0.99), "ms")
	r.told("save a revision, p50", ms(p.saves, 0.5), "ms")
	r.told("save a revision, p99", ms(p.saves, 0.99), "ms")
	if p.blind != nil {
		r.missing("CPU of a publication", p.blind)
	} else {
		r.told("CPU of a publication and its seven readers", inMS(p.cpu)/float64(n), "ms")
	}
	sum := 0
	for _, name := range lookoutPlaces {
		sum += p.stale[name]
		if p.stale[name] > 0 {
			r.told("not shown once published: "+name, float64(p.stale[name]), "times")
		}
	}
	r.atMost(fmt.Sprintf("not shown once published, of %d reads", n*len(lookoutPlaces)), float64(sum), "reads", 0)
	p.memory(p.server, "after publishing")
}

// benchWord is a word that no other story has, of letters only, so that search takes
// it as one.
func benchWord(n int) string {
	b := []byte("zyqu")
	for range 4 {
		b = append(b, "bdfgklmprv"[n%10], "aeiou"[n/10%5])
		n /= 10
	}
	return string(b)
}
