package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"dateline/internal/news"
)

// benchCommentsCmd measures what comments cost their writers, readers and moderators.
type benchCommentsCmd struct {
	benchFlags
	Posts int           `help:"Comments to post one after the other, with a mail server and without one." default:"300"`
	Flood time.Duration `help:"How long 50 spam comments a second come in on one story, beside two good ones." default:"100s"`
}

const (
	benchTalkStories  = 200
	benchTalkLong     = 10_000 // comments of one story, or half of all
	benchTalkReaders  = 1500
	benchTalkHeld     = 2000
	benchFloodASecond = 50
	benchFrom         = "?from=bench@bench.example"
)

func (c *benchCommentsCmd) Run(ctx context.Context, std *std) error {
	if c.Posts < 10 || c.Posts > 1000 || c.Flood < time.Second || c.Flood > time.Hour {
		return wrongUsage("--posts and --flood: use 10 to 1000 posts, and 1s to 1h")
	}
	if c.Size == 0 {
		c.Size = 1_000_000
	}
	if c.Size < 1000 {
		return wrongUsage("--size: %d; use 1000 comments and more", c.Size)
	}
	return c.measure(ctx, std, "comments", 30*time.Minute+time.Duration(c.Size)*time.Millisecond+2*c.Flood, c.comments)
}

// benchProxy has the server believe where its readers come from: each has a home of their own.
var benchProxy = []string{"--trusted-proxy", "127.0.0.0/8"}

func benchHome(n int) string { return fmt.Sprintf("10.%d.%d.7", n>>8&255, n&255) }

// A talkMeasure is a newsroom with comments, and the people who write more.
type talkMeasure struct {
	*bench
	server  *benchServer
	stories []news.Card
	tokens  []string // of readers
	editor  *benchEditor
	client  *http.Client
	long    int // comments of the first story
	next    int // whose turn it is
	rng     *rand.Rand
	writer  *benchWriter
}

func (c *benchCommentsCmd) comments(ctx context.Context, b *bench) error {
	size := b.Size
	b.Size = benchTalkStories
	if _, err := b.fill(ctx); err != nil {
		return err
	}
	m := &talkMeasure{bench: b, long: min(benchTalkLong, size/2), rng: rand.New(rand.NewPCG(7, 11)), writer: newBenchWriter(9),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}}
	b.say("writing %d comments", size)
	if err := m.fillComments(ctx, size); err != nil {
		return err
	}
	b.report.told("comments", float64(size), "comments")
	b.say("starting it")
	post, err := newBenchPost()
	if err != nil {
		return err
	}
	defer post.Close()
	if m.server, err = b.serve(ctx, startMost, append(benchProxy, "--smtp", "smtp://"+post.Addr().String()+benchFrom)...); err != nil {
		return err
	}
	if m.editor, err = b.editor(ctx, m.server); err != nil {
		return err
	}
	if err := m.longStory(ctx); err != nil {
		return err
	}
	b.say("posting %d comments, one after the other", c.Posts)
	if err := m.posts(ctx, c.Posts, "post a comment"); err != nil {
		return err
	}
	b.say("looking through the moderators' lists")
	if err := m.queues(ctx); err != nil {
		return err
	}
	b.report.told("mails about answers that the mail server took", float64(post.taken.Load()), "mails")
	b.say("a flood of spam for %s", c.Flood)
	if err := m.flood(ctx, c.Flood); err != nil {
		return err
	}
	m.server.stop()
	b.say("posting with a dead mail server")
	if m.server, err = b.serve(ctx, startMost, append(benchProxy, "--smtp", "smtp://127.0.0.1:9"+benchFrom)...); err != nil {
		return err
	}
	m.editor.server = m.server
	return m.posts(ctx, c.Posts, "post a comment, mail server dead")
}

// call makes one API call as somebody, from an address.
func (m *talkMeasure) call(ctx context.Context, token, from, method, path string, in, into any) (took time.Duration, status int, err error) {
	body, err := json.Marshal(in)
	if err != nil {
		return 0, 0, err
	}
	r, err := http.NewRequestWithContext(ctx, method, m.server.origin()+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	if from != "" {
		r.Header.Set("X-Forwarded-For", from)
	}
	began := time.Now()
	resp, err := m.client.Do(r)
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	took = time.Since(began)
	if err == nil && resp.StatusCode < 300 && into != nil {
		err = json.Unmarshal(answer, into)
	}
	if err == nil && resp.StatusCode >= 400 && resp.StatusCode != http.StatusTooManyRequests {
		err = fmt.Errorf("%s %s was answered with %d: %s", method, path, resp.StatusCode, answer)
	}
	return took, resp.StatusCode, err
}

type postedComment struct{ ID, Status string }

// post posts as the next reader.
func (m *talkMeasure) post(ctx context.Context, story news.StoryID, text string, parent string) (time.Duration, postedComment, error) {
	token := m.tokens[m.next%len(m.tokens)]
	m.next++
	in := map[string]string{"text": text}
	if parent != "" {
		in["parent"] = parent
	}
	var c postedComment
	took, status, err := m.call(ctx, token, benchHome(m.next), http.MethodPost, "/stories/"+string(story)+"/comments", in, &c)
	if err == nil && status != http.StatusAccepted {
		err = fmt.Errorf("a comment was answered with %d", status)
	}
	return took, c, err
}

// posts measures the call, on stories at large; every other one answers the one before,
// whose writer is to be told by mail.
func (m *talkMeasure) posts(ctx context.Context, n int, name string) error {
	var took []time.Duration
	last := ""
	for i := range n {
		story := m.stories[10+i/2%(len(m.stories)-10)].ID
		if i%2 == 0 {
			last = ""
		}
		d, c, err := m.post(ctx, story, m.text(), last)
		if err != nil {
			return err
		}
		took = append(took, d)
		if c.Status == "published" {
			last = c.ID
		}
	}
	m.report.atMost(name+", p50", inMS(quantile(took, .5)), "ms", 5)
	m.report.atMost(name+", p99", inMS(quantile(took, .99)), "ms", 20)
	return nil
}

// longStory looks at the page of the story with most comments, as its first reader does
// and as all others do.
func (m *talkMeasure) longStory(ctx context.Context) error {
	path, name := m.stories[0].Address, fmt.Sprintf("story with %d comments", m.long)
	first, head, err := m.get(path)
	if err != nil {
		return err
	}
	_, bare, err := m.get(m.stories[1].Address)
	if err != nil {
		return err
	}
	m.report.atMost(name+", first reader's page as sent", float64(head.length)/1000, "kB", 40)
	m.report.told("another story's page as sent", float64(bare.length)/1000, "kB")
	m.report.told(name+", made for its first reader", inMS(first), "ms")
	var held []time.Duration
	for range 500 {
		d, h, err := m.get(path)
		if err != nil {
			return err
		}
		if h.status != http.StatusOK {
			return fmt.Errorf("the story answered %d", h.status)
		}
		held = append(held, d)
	}
	m.report.told(name+", from the cache, p50", inMS(quantile(held, .5)), "ms")
	return nil
}

// get asks for a page on a connection of its own.
func (m *talkMeasure) get(path string) (time.Duration, benchHead, error) {
	c, err := m.server.dial(10 * time.Second)
	if err != nil {
		return 0, benchHead{}, err
	}
	defer c.close()
	began := time.Now()
	h, err := c.send(benchAsk(m.server.address, path, "Accept-Encoding", "br, gzip"), true)
	if err == nil {
		err = c.skip(h)
	}
	return time.Since(began), h, err
}

// queues pages through the moderators' lists.
func (m *talkMeasure) queues(ctx context.Context) error {
	for _, l := range []news.QueueName{news.HeldQueue, news.FlaggedQueue, news.AllQueue} {
		var took []time.Duration
		for range 4 {
			cursor := ""
			for range 25 {
				var page struct {
					Next *string
				}
				path := "/comments?limit=30&status=" + string(l)
				if cursor != "" {
					path += "&cursor=" + cursor
				}
				d, status, err := m.call(ctx, m.editor.token, "", http.MethodGet, path, nil, &page)
				if err != nil || status != http.StatusOK {
					return fmt.Errorf("the list %s answered %d: %w", l, status, err)
				}
				took = append(took, d)
				if page.Next == nil {
					break
				}
				cursor = *page.Next
			}
		}
		m.report.atMost("moderators' list "+string(l)+", p95", inMS(quantile(took, .95)), "ms", 20)
	}
	return nil
}
