package syndication

import (
	"slices"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// needs gathers what stories show beside their own text, each thing once.
type needs struct {
	pictures []news.MediaID
	cards    []news.StoryID
}

func (n *needs) picture(id news.MediaID) {
	if id != "" && !slices.Contains(n.pictures, id) {
		n.pictures = append(n.pictures, id)
	}
}

func (n *needs) story(s *news.Story) {
	if s == nil || s.Live == nil {
		return
	}
	for _, id := range s.Live.Pictures() {
		n.picture(id)
	}
	for _, slot := range s.Live.Body.Slots() {
		if id := news.StoryID(slot.Story); slot.Kind == markup.SlotRelated && !slices.Contains(n.cards, id) {
			n.cards = append(n.cards, id)
		}
	}
}
