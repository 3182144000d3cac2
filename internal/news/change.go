package news

import (
	"slices"
	"time"
)

// A Change is one committed step of the newsroom's database, in the order of its
// number. Every node applies all changes in that order to what it shows.
type Change struct {
	N       int64
	Kind    ChangeKind
	Subject string   // the story, picture, topic … concerned
	Tags    []string // what cached responses built from it carry
	At      time.Time
}

// A ChangeKind says what a change is about.
type ChangeKind string

// The kinds of change.
const (
	StoryChange ChangeKind = "story" // Subject is a StoryID
	FrontChange ChangeKind = "front"
	TopicChange ChangeKind = "topic" // Subject is a slug; sections and authors likewise
	SiteChange  ChangeKind = "site"  // what every page shows: name, sections
	AllChange   ChangeKind = "all"   // so much at once (an import) that all is made anew

	AlertChange        ChangeKind = "alert"        // Subject is an AlertID
	SubscriptionChange ChangeKind = "subscription" // Subject is a NumberRange

	CommentChange ChangeKind = "comment" // Subject is a StoryID

	ReindexChange ChangeKind = "reindex" // an operator asks every node to make its index anew
)

// The tags a response carries and a change names. A response that shows a thing
// carries its tag; nothing else ties the two.
const (
	FrontTag   = "front"    // the front page's arrangement
	LatestTag  = "latest"   // any list of the newest stories: site feeds, sitemaps
	SiteTag    = "site"     // what stands on every page
	AlertsTag  = "alerts"   // the list of the last alerts
	TalkTag    = "talk"     // whether comments are taken at all, and when they close
	AddressTag = "address:" // + path: what an address answers, also when it is nothing
	storyTag   = "story:"
	sectionTag = "section:"
	topicTag   = "topic:"
	authorTag  = "author:"
	pictureTag = "picture:"
	commentTag = "comments:"
)

// StoryTag is carried by every response that shows the story or its card.
func StoryTag(id StoryID) string { return storyTag + string(id) }

// SectionTag is carried by lists of a section's stories.
func SectionTag(slug string) string { return sectionTag + slug }

// TopicTag is carried by lists of a topic's stories and pages that name it.
func TopicTag(slug string) string { return topicTag + slug }

// AuthorTag is carried by lists of an author's stories and pages that name them.
func AuthorTag(slug string) string { return authorTag + slug }

// PictureTag is carried by every response that shows the picture.
func PictureTag(id MediaID) string { return pictureTag + string(id) }

// CommentsTag is carried by every response that shows the story's comments.
func CommentsTag(id StoryID) string { return commentTag + string(id) }

// PathTag is carried by what an address answers, a refusal too.
func PathTag(path string) string { return AddressTag + path }

// touched lists the tags of everything that shows s, so that a change from s to
// another state reaches it.
func (s *Story) touched() []string {
	tags := []string{StoryTag(s.ID)}
	if s.Address != "" {
		tags = append(tags, PathTag(s.Address))
	}
	if s.Live == nil {
		return tags
	}
	if s.Kind == Page {
		return append(tags, SiteTag, LatestTag) // standing pages are named on every page
	}
	tags = append(tags, FrontTag, LatestTag)
	c := &s.Live.Content
	if c.Section.Slug != "" {
		tags = append(tags, SectionTag(c.Section.Slug))
	}
	for _, t := range c.Topics {
		tags = append(tags, TopicTag(t.Slug))
	}
	for _, a := range c.Byline {
		tags = append(tags, AuthorTag(a.Slug))
	}
	return tags
}

// Touched lists the tags that a change from before to after must drop: what showed
// the story, and what now will. before is nil for a new story.
func Touched(before, after *Story) []string {
	var tags []string
	if before != nil {
		tags = before.touched()
	}
	tags = append(tags, after.touched()...)
	slices.Sort(tags)
	return slices.Compact(tags)
}

// A Timing says how long after its commit a publication took to be shown by each
// part of the site, on this node; every node showed it by then.
type Timing struct {
	Page   time.Duration
	Search time.Duration
	Feeds  time.Duration
}
