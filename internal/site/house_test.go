package site

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/pagecache"
	"dateline/internal/search"
)

// A house is a small newsroom that sends alerts: what the site asks of the store and
// the index, in memory.
type house struct {
	Stories
	Shelf
	Finder
	mu      sync.Mutex
	topics  map[string]news.Topic // those that a visible story has
	stories map[news.StoryID]*news.Story
	sent    []news.ShownAlert
	mails   map[string]news.MailSubscription // by address
	jobs    []news.Job
	now     time.Time
}

// noPictures is a shelf without any.
type noPictures struct{ allPictures }

type allPictures = Pictures

func newHouse() *house {
	h := &house{topics: map[string]news.Topic{}, stories: map[news.StoryID]*news.Story{}, mails: map[string]news.MailSubscription{}, now: at(25, 15, 0)}
	h.topics["orrin"] = news.Topic{Slug: "orrin", Name: "Orrin"}
	h.topics["bridges"] = news.Topic{Slug: "bridges", Name: "Bridges & ferries"}
	h.stories[sampleStory] = &news.Story{ID: sampleStory, Kind: news.Article, Status: news.Published, Address: "/2026/11/25/bridge",
		Live: &news.Version{Content: news.Content{Headline: "The bridge opens", Language: "en"}}}
	return h
}

// site is the house's, with all it takes to send alerts but what spoil takes away.
func (h *house) site(t testing.TB, lang string, spoil func(*Config)) *Site {
	t.Helper()
	c := Config{Stories: h, Shelf: h, Pictures: noPictures{}, Finder: h, Cache: pagecache.New(pagecache.Options{Params: Params}), Renderer: newSample(t, lang).r, Name: "Dateline", Lang: lang,
		Origin: &url.URL{Scheme: "https", Host: "news.example"}, Zone: time.UTC, Log: slog.New(slog.DiscardHandler), Now: h.clock,
		Alerts: h, Push: h, Mailing: h, Mail: true}
	if spoil != nil {
		spoil(&c)
	}
	return New(c)
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *house) PublicKey() string                                { return sampleKey }
func (h *house) Sections(context.Context) ([]news.Section, error) { return nil, nil }
func (h *house) Pages(context.Context) ([]news.Card, error)       { return nil, nil }
func (h *house) Breaking(context.Context) (news.BreakingBar, *news.Card, error) {
	return news.BreakingBar{}, nil, nil
}
func (h *house) ShownAt(context.Context, string) (*news.Story, error) {
	return nil, news.Missing("page")
}
func (h *house) Section(context.Context, string) (news.Section, error) {
	return news.Section{}, news.Missing("section")
}

func (h *house) Topic(_ context.Context, slug string) (news.Topic, error) {
	if t, ok := h.topics[slug]; ok {
		return t, nil
	}
	return news.Topic{}, news.Missing("topic")
}

func (h *house) Topics(_ context.Context, slugs []string) (map[string]news.Topic, error) {
	out := map[string]news.Topic{}
	for _, s := range slugs {
		if t, ok := h.topics[s]; ok {
			out[s] = t
		}
	}
	return out, nil
}

func (h *house) Cards(_ context.Context, l news.Listing) ([]news.Card, bool, error) {
	if _, ok := h.topics[l.Topic]; ok {
		return []news.Card{{ID: sampleStory, Headline: "The bridge opens"}}, false, nil
	}
	return nil, false, nil
}

func (h *house) CountCards(context.Context, news.Listing) (int, error) { return 1, nil }

func (noPictures) Pictures(context.Context, []news.MediaID) (map[news.MediaID]news.Picture, error) {
	return nil, nil
}

func (h *house) Shown(_ context.Context, id news.StoryID) (*news.Story, error) {
	if s, ok := h.stories[id]; ok {
		return s, nil
	}
	return nil, news.Missing("story")
}

func (h *house) Search(context.Context, search.Query) (search.Results, error) {
	var r search.Results
	for slug := range h.topics {
		r.Facets.Topics = append(r.Facets.Topics, search.Count{Key: slug, N: 1})
	}
	slices.SortFunc(r.Facets.Topics, func(a, b search.Count) int { return -slices.Compare([]byte(a.Key), []byte(b.Key)) })
	return r, nil
}

func (h *house) ShownAlerts(_ context.Context, limit int) ([]news.ShownAlert, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.sent[:min(limit, len(h.sent))]), nil
}

func (h *house) SaveMailSubscription(_ context.Context, m news.MailSubscription) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mails[m.Email] = m
	return nil
}

func (h *house) byLink(id, secret string) (news.MailSubscription, error) {
	for _, m := range h.mails {
		if m.ID == id && m.Secret == secret {
			return m, nil
		}
	}
	return news.MailSubscription{}, news.Missing("subscription")
}

func (h *house) ConfirmMailSubscription(_ context.Context, id, secret string) (news.MailSubscription, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m, err := h.byLink(id, secret)
	if err == nil {
		m.Confirmed = h.now
		h.mails[m.Email] = m
	}
	return m, err
}

func (h *house) StopMailSubscription(_ context.Context, id, secret string) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m, err := h.byLink(id, secret)
	delete(h.mails, m.Email)
	return err == nil, nil
}

func (h *house) Enqueue(_ context.Context, j news.Job) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.jobs = append(h.jobs, j)
	return nil
}
