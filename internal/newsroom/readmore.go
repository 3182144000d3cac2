package newsroom

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"

	"dateline/internal/news"
	"dateline/internal/readmore"
	"dateline/internal/web"
)

// ReadMore chooses what stands under a story, and topics that it may have.
type ReadMore interface {
	UnderDraft(ctx context.Context, s *news.Story, n int) ([]readmore.Item, error)
	SuggestTopics(ctx context.Context, s *news.Story, n int) ([]readmore.Suggestion, error)
}

const (
	moreShown   = 6 // as readers see
	topicsGuess = 6
)

// A moreRow is a story in the form's list of what stands under "Read more".
type moreRow struct {
	ID       news.StoryID
	Headline string
	Why      string // in words
	Hidden   bool   // readers do not see it
	Choice   string // "", first or never
}

// A topicGuess is a topic that is offered with a box to tick.
type topicGuess struct {
	news.Topic
	Times int // it is called by name
}

// readMoreTyped reads the choices: every row's, in the order in which the rows stood.
func readMoreTyped(in web.Form) (m news.ReadMore, given bool) {
	if !in.Has("more_rows") {
		return m, false
	}
	for id := range strings.FieldsSeq(in.Get("more_rows")) {
		switch in.Get("more-" + id) {
		case "first":
			m.Pins = append(m.Pins, news.StoryID(id))
		case "never":
			m.Exclusions = append(m.Exclusions, news.StoryID(id))
		}
	}
	return m, true
}

// topicsTicked adds the offered topics that were ticked to those that were typed.
func topicsTicked(topics string, in web.Form) string {
	var ticked []string
	for field := range in.Values {
		if strings.HasPrefix(field, "topic-") {
			ticked = append(ticked, in.Text(field))
		}
	}
	slices.Sort(ticked)
	return strings.Join(append(slices.DeleteFunc([]string{strings.TrimRight(strings.TrimSpace(topics), ",")}, func(s string) bool { return s == "" }), ticked...), ", ")
}

// pin takes the story whose address was typed among the pins, and empties the field.
func (n *Newsroom) pin(ctx context.Context, f *storyForm) error {
	typed := strings.TrimSpace(f.PinAddress)
	if typed == "" {
		return nil
	}
	id, err := n.storyAt(ctx, typed)
	if err != nil {
		return err
	}
	f.More.Exclusions = slices.DeleteFunc(f.More.Exclusions, func(x news.StoryID) bool { return x == id })
	if !slices.Contains(f.More.Pins, id) {
		f.More.Pins = append(f.More.Pins, id)
	}
	f.PinAddress = ""
	return nil
}

// storyAt finds the story that an address names: on the site, at the desk, or its bare id.
func (n *Newsroom) storyAt(ctx context.Context, typed string) (news.StoryID, error) {
	if last := path.Base(strings.TrimRight(typed, "/")); news.IsID(last) {
		s, err := n.o.Stories.Story(ctx, news.StoryID(last))
		if err == nil {
			return s.ID, nil
		}
		if news.KindOf(err) != news.NotFound {
			return "", err
		}
	}
	u, err := url.Parse(typed)
	if err == nil && strings.HasPrefix(u.Path, "/") && (u.Host == "" || u.Host == n.o.Public.Host) {
		s, err := n.o.Stories.ShownAt(ctx, u.Path)
		if err == nil {
			return s.ID, nil
		}
		if k := news.KindOf(err); k != news.NotFound && k != news.Gone {
			return "", err
		}
	}
	return "", news.Wrong("read_more", "There is no story of ours at this address. Copy it from the browser's address bar, of the site or of the desk.")
}

// more fills in what stands under the story, and the topics that it may have. Without the index
// the form does without.
func (n *Newsroom) more(ctx context.Context, p *editorPage) error {
	if n.o.ReadMore == nil || p.Story == nil || p.Story.Kind != news.Article {
		return nil
	}
	s := *p.Story
	s.Content.ReadMore = p.Form.More
	under, err := n.o.ReadMore.UnderDraft(ctx, &s, moreShown+len(p.Form.More.Pins))
	if err != nil {
		return err
	}
	found := map[news.StoryID]readmore.Item{}
	for _, x := range under {
		found[x.Card.ID] = x
	}
	for _, id := range p.Form.More.Pins {
		row := moreRow{ID: id, Choice: "first"}
		if x, ok := found[id]; ok {
			row.Headline = x.Card.Headline
		} else if row.Headline, err = n.headline(ctx, id); err != nil {
			return err
		} else {
			row.Hidden = true
		}
		p.More = append(p.More, row)
	}
	for _, x := range under {
		if x.Reason != readmore.Pinned && len(p.More) < moreShown+len(p.Form.More.Pins) {
			p.More = append(p.More, moreRow{ID: x.Card.ID, Headline: x.Card.Headline, Why: whyMore(x)})
		}
	}
	for _, id := range p.Form.More.Exclusions {
		row := moreRow{ID: id, Choice: "never"}
		if row.Headline, err = n.headline(ctx, id); err != nil {
			return err
		}
		p.More = append(p.More, row)
	}
	p.Guesses, err = n.guess(ctx, &s)
	return err
}

// headline is a story's, whatever its status.
func (n *Newsroom) headline(ctx context.Context, id news.StoryID) (string, error) {
	s, err := n.o.Stories.Story(ctx, id)
	if news.KindOf(err) == news.NotFound {
		return "A story that is not here any more", nil
	}
	if err != nil {
		return "", err
	}
	return s.Content.Headline, nil
}

func whyMore(x readmore.Item) string {
	if len(x.Topics) > 0 {
		return "Topic: " + x.Topics[0].Name
	}
	return "Words: " + strings.Join(x.Words, ", ")
}

func (n *Newsroom) guess(ctx context.Context, s *news.Story) ([]topicGuess, error) {
	found, err := n.o.ReadMore.SuggestTopics(ctx, s, topicsGuess)
	if err != nil {
		return nil, err
	}
	slugs := make([]string, len(found))
	for i, x := range found {
		slugs[i] = x.Topic
	}
	topics, err := n.o.Shelf.Topics(ctx, slugs)
	if err != nil {
		return nil, err
	}
	var out []topicGuess
	for _, x := range found {
		// A name with a comma would be two in the field above.
		if t, ok := topics[x.Topic]; ok && !strings.ContainsAny(t.Name, ",،\n") {
			out = append(out, topicGuess{t, x.Times})
		}
	}
	return out, nil
}
