package site

import "time"

// ArticlePage is one published story with all its parts.
type ArticlePage struct {
	Chrome
	Kicker     string
	Headline   string
	Standfirst string
	// Lang is the story's language (BCP 47); empty means the site's.
	Lang    string
	Section NavItem
	Picture *Picture
	Byline  []NavItem
	// Published is the first publication; Updated the last change of
	// substance, zero if there was none (minor changes are not told).
	Published, Updated time.Time
	// Body begins with the dateline, which internal/markup writes.
	Body []BodyPiece
	// External is where the whole story stands if not here.
	External string
	// Corrections are in the order in which they were made.
	Corrections []Correction
	// HistoryURL leads to the versions; Versions counts them. With one there
	// is nothing to compare and the link is left out.
	HistoryURL string
	Versions   int
	Topics     []NavItem
	Related    []StoryCard
	Talk       Talk
	// FollowTopic and FollowURL lead to alerts on the story's first topic and on the
	// story; empty where none are sent.
	FollowTopic NavItem
	FollowURL   string
	// Preview is set where the desk looks at a story that is not public.
	Preview bool
}

func (*ArticlePage) template() string { return "article" }
