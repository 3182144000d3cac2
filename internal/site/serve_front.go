package site

import (
	"context"
	"net/http"

	"dateline/internal/news"
)

// What the front page holds.
const (
	frontLatest = 12
	frontBlock  = 5
)

func (s *Site) serveFront(w http.ResponseWriter, r *http.Request) error {
	if q := s.c.Cache.Query(r); len(q) > 0 {
		return s.serveOld(w, r, "/?"+q.Encode())
	}
	return s.page(w, r, s.front)
}

// front shows the lead and the pins that an editor chose, then the sections. A
// story stands on it once; without a chosen lead the newest story leads.
func (s *Site) front(ctx context.Context) (Page, []string, error) {
	c, err := s.chrome(ctx, "/", "")
	if err != nil {
		return nil, nil, err
	}
	arranged, err := s.c.Shelf.Front(ctx)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := s.c.Stories.CardsByID(ctx, append([]news.StoryID{arranged.Lead}, arranged.Pins...))
	if err != nil {
		return nil, nil, err
	}
	latest, _, err := s.c.Stories.Cards(ctx, news.Listing{Limit: frontLatest + 1})
	if err != nil {
		return nil, nil, err
	}
	sections, err := s.c.Shelf.Sections(ctx)
	if err != nil {
		return nil, nil, err
	}
	blocks := make([][]news.Card, len(sections))
	for i, x := range sections {
		if blocks[i], _, err = s.c.Stories.Cards(ctx, news.Listing{Section: x.Slug, Limit: frontBlock + len(chosen) + 1}); err != nil {
			return nil, nil, err
		}
	}
	h, err := s.shelf(ctx, append(blocks, chosen, latest)...)
	if err == nil {
		err = h.countComments(ctx, append(blocks, chosen, latest)...)
	}
	if err != nil {
		return nil, nil, err
	}

	p := &FrontPage{Chrome: c}
	used := map[news.StoryID]bool{}
	take := func(c news.Card) StoryCard { used[c.ID] = true; return h.card(c) }
	lead, pins := chosen, chosen
	if len(chosen) > 0 && chosen[0].ID == arranged.Lead {
		lead, pins = chosen[:1], chosen[1:]
	} else {
		lead = latest[:min(1, len(latest))]
	}
	for _, x := range lead {
		card := take(x)
		p.Lead = &card
	}
	for _, x := range pins {
		if !used[x.ID] {
			p.Pinned = append(p.Pinned, take(x))
		}
	}
	for i, x := range sections {
		b := FrontBlock{Section: NavItem{Name: x.Name, URL: sectionHref(x.Slug)}}
		for _, card := range blocks[i] {
			if !used[card.ID] && len(b.Stories) < frontBlock {
				b.Stories = append(b.Stories, take(card))
			}
		}
		if len(b.Stories) > 0 {
			p.Blocks = append(p.Blocks, b)
		}
	}
	// The latest are a timeline beside the rest: newest first, repeats and all but
	// the lead, or a busy hour would leave it empty.
	for _, x := range latest {
		if (len(lead) == 0 || x.ID != lead[0].ID) && len(p.Latest) < frontLatest {
			p.Latest = append(p.Latest, h.card(x))
		}
	}
	tags := append(cardTags(append(blocks, chosen, latest)...), news.FrontTag, news.LatestTag)
	return p, tags, nil
}
