package syndication

import (
	"slices"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// An Article is one visible story with what its descriptions for machines need.
type Article struct {
	Site     Site
	Story    *news.Story                   // with a live version
	Pictures map[news.MediaID]news.Picture // what the story shows; one that is missing is left out
	Topics   map[string]news.Topic         // by slug; of one that is missing only the name is said
	Cards    map[news.StoryID]news.Card    // of related stories in the text; one that is missing is left out
}

// Needs lists what Pictures, Topics and Cards should hold, each once.
func (a *Article) Needs() (pictures []news.MediaID, topics []string, cards []news.StoryID) {
	var n needs
	n.story(a.Story)
	if a.Story != nil && a.Story.Live != nil {
		for _, t := range a.Story.Live.Content.Topics {
			if t.Slug != "" && !slices.Contains(topics, t.Slug) {
				topics = append(topics, t.Slug)
			}
		}
	}
	return n.pictures, topics, n.cards
}

// topic is what a story is about, with what is known of it.
func (a *Article) topic(r news.Ref) news.Topic {
	if t, ok := a.Topics[r.Slug]; ok {
		return t
	}
	return news.Topic{Slug: r.Slug, Name: r.Name, Kind: news.TopicKinds[0]}
}

// pictures are the story's, the lead first, each once, with its words.
func (a *Article) pictures() []*shown {
	var out []*shown
	seen := map[news.MediaID]bool{}
	add := func(use news.PictureUse) {
		if seen[use.Media] || len(out) >= maxPictures {
			return
		}
		seen[use.Media] = true
		if p := a.Site.show(a.Pictures, use); p != nil {
			out = append(out, p)
		}
	}
	c := &a.Story.Live.Content
	if c.Picture != nil {
		add(*c.Picture)
	}
	for _, p := range a.Story.Live.Body.Slots() {
		if p.Kind == markup.SlotPicture {
			add(news.PictureUse{Media: news.MediaID(p.Media), Caption: p.Caption, Credit: p.Credit, Alt: p.Alt})
		}
	}
	return out
}

// maxPictures bounds what a description says of a story that is a long gallery.
const maxPictures = 20
