package news

import (
	"strings"
	"time"
)

// A CommentMode says whether comments are read before they are shown, or after.
type CommentMode string

// The modes; empty where a section or a story follows what stands above it.
const (
	PostModeration CommentMode = "post"
	PreModeration  CommentMode = "pre"
)

// A CommentPolicy is what the newsroom set for all comments. The zero value, of a new
// site, is completed by Complete.
type CommentPolicy struct {
	Mode         CommentMode            `json:"mode"`
	Sections     map[string]CommentMode `json:"sections,omitempty"` // by slug
	CloseAfter   int                    `json:"close_after"`        // days after publication; 0 never
	ClosedTopics []string               `json:"closed_topics,omitempty"`
	Closed       bool                   `json:"closed"` // none at all, anywhere
	FlagsHold    int                    `json:"flags_hold"`
	Revision     int                    `json:"revision"`
}

// Complete fills in what nobody chose: shown at once and checked after, closed after 14
// days, held when three readers flagged one.
func (p CommentPolicy) Complete() CommentPolicy {
	if p.Revision == 0 && p.Mode == "" {
		p.CloseAfter = 14
	}
	if p.Mode == "" {
		p.Mode = PostModeration
	}
	if p.FlagsHold <= 0 {
		p.FlagsHold = 3
	}
	return p
}

// A Talk is what is set for the comments of one story, and how many there are.
type Talk struct {
	Story   StoryID
	Mode    CommentMode   // empty: as its section
	HoldAll bool          // one key on the worst night: everything is held
	Slow    time.Duration // each person at most one comment in this time; 0 for no limit
	Closed  bool          // by a moderator; the story's own content can close them too
	Shown   int           // comments that readers see
	Held    int
}

// String says for the record what is set.
func (t Talk) String() string {
	var set []string
	if t.Mode != "" {
		set = append(set, string(t.Mode)+"-moderation")
	}
	if t.HoldAll {
		set = append(set, "hold all")
	}
	if t.Slow > 0 {
		set = append(set, "slow "+t.Slow.String())
	}
	if t.Closed {
		set = append(set, "closed")
	}
	if len(set) == 0 {
		return "as usual"
	}
	return strings.Join(set, ", ")
}

// Why no comment is taken under a story; readers are told in words of the site's language.
type CommentsShut string

const (
	CommentsOpen        CommentsShut = ""
	CommentsShutByDate  CommentsShut = "date"
	CommentsShutByStory CommentsShut = "story"
	CommentsShutByTopic CommentsShut = "topic"
	CommentsShutSite    CommentsShut = "site"
)

// CommentsOf tells whether comments are taken under a story with this card, and if not
// why. Shutting does not hide those that are there.
func (p CommentPolicy) CommentsOf(c *Card, t Talk, now time.Time) CommentsShut {
	switch {
	case p.Closed:
		return CommentsShutSite
	case c.CommentsShut || t.Closed:
		return CommentsShutByStory
	case p.CloseAfter > 0 && now.After(c.FirstPublished.AddDate(0, 0, p.CloseAfter)):
		return CommentsShutByDate
	}
	for _, topic := range c.Topics {
		for _, shut := range p.ClosedTopics {
			if topic.Slug == shut {
				return CommentsShutByTopic
			}
		}
	}
	return CommentsOpen
}

// ModeOf is the mode that counts under a story: its own, else its section's, else the site's.
func (p CommentPolicy) ModeOf(section string, t Talk) CommentMode {
	if t.Mode != "" {
		return t.Mode
	}
	if m := p.Sections[section]; m != "" {
		return m
	}
	return p.Mode
}

// A RuleID names a rule.
type RuleID string

// A Rule is one that the newsroom wrote, with its author: which comments are held, or
// refused, without anybody having read them.
type Rule struct {
	ID      RuleID
	Name    string // what the newsroom calls it
	Kind    RuleKind
	Words   []string      // for RuleWords: words and phrases; for RuleLinks: domains that do not count
	Number  int           // more than this many; for RuleNewReaders and RuleNewLinks, fewer
	Within  time.Duration // for RuleRepeats and RuleRate
	Effect  RuleEffect
	Section string  // only there; empty everywhere
	Story   StoryID // only there
	Told    string  // to the writer; empty for the kind's own words
	Author  string  // who wrote the rule
	Made    time.Time
	Changed time.Time
	Off     bool
}

// A RuleKind is what a rule looks at.
type RuleKind string

const (
	RuleWords      RuleKind = "words"       // words or phrases, however they are dressed up
	RuleLinks      RuleKind = "links"       // more than Number links
	RuleRepeats    RuleKind = "repeats"     // the same or nearly the same text more than Number times within Within, by anybody
	RuleNewReaders RuleKind = "new-readers" // a person with fewer than Number passed comments
	RuleNewLinks   RuleKind = "new-links"   // a link by such a person
	RuleRate       RuleKind = "rate"        // more than Number comments of a person or of an address block within Within
	RuleShouting   RuleKind = "shouting"    // more than Number per cent capital letters, or walls of signs
)

// A RuleEffect is what a rule does.
type RuleEffect string

const (
	HoldEffect   RuleEffect = "hold"
	RejectEffect RuleEffect = "reject"
)

// A Posting is all that a decision on a new comment looks at, read in one transaction
// with the comment's writing.
type Posting struct {
	Now    time.Time
	Card   Card // of the story, which is visible
	Talk   Talk
	Policy CommentPolicy
	Rules  []Rule // those that are on, oldest first
	Reader Reader
	Parent *Comment // shown; nil for one that begins a thread
	// How many comments came lately, in each of CommentSpans, the one to be decided not counted.
	OfReader [3]int
	OfBlock  [3]int
	OfStory  [3]int
	Last     time.Time // the reader's last comment under this story; zero for none
	Same     int       // comments of the last day with the same words, whoever wrote them
	Blocked  *Sanction // one in force against the address block; nil for none
}

// CommentSpans are the times over which Posting counts.
var CommentSpans = [3]time.Duration{time.Minute, time.Hour, 24 * time.Hour}

// A CommentOutcome is what was decided on a comment; it is written with it.
type CommentOutcome struct {
	Comment Comment
	Jobs    []Job
	Action  string // for the log
	Note    string // for the log
	Quiet   bool   // nothing happened: write nothing
}

// A CommentQueue asks for what moderators work through, oldest first.
type CommentQueue struct {
	Which  QueueName
	Story  StoryID
	Reader ReaderID
	Text   string // part of the text, any case
	Cursor string
	Limit  int
}

// A QueueName is one of the moderators' lists.
type QueueName string

const (
	HeldQueue      QueueName = "held"
	FlaggedQueue   QueueName = "flagged"    // shown, with open flags; most flagged first
	NewPeopleQueue QueueName = "new-people" // of persons none of whose comments has been decided on
	AllQueue       QueueName = "all"        // newest first
	RejectedQueue  QueueName = "rejected"   // newest first
)

// A Queued is a comment as moderators see it.
type Queued struct {
	Comment Comment
	Story   Card
	Record  ReaderRecord
	Alike   int // others held with nearly the same words
	// Answered is the text of the comment that it answers; whose stands in Comment.AnswerTo.
	Answered string
	Why      []string // what those who flagged it said
}

// A ReaderRecord is a person's history as moderators see it.
type ReaderRecord struct {
	Reader    Reader
	Passed    int
	Rejected  int
	Held      int
	Flagged   int // comments of theirs that others flagged
	Sanctions []Sanction
	Notes     []ReaderNote
}

// A Sanction keeps a person, or an address block, from commenting until a moment.
type Sanction struct {
	ID      string
	Reader  ReaderID
	Block   string // the keyed hash of an address block; empty for one against a person alone
	Until   time.Time
	Forever bool
	Message string // to the person
	By      string
	At      time.Time
	Lifted  time.Time
}

// Holds tells whether it is in force.
func (s *Sanction) Holds(now time.Time) bool {
	return s.Lifted.IsZero() && (s.Forever || now.Before(s.Until))
}

// A ReaderNote is what a moderator noted on a person, for colleagues.
type ReaderNote struct {
	At   time.Time
	By   string
	Text string
}
