package news

import (
	"math"
	"time"
)

type (
	CommentID string
	ReaderID  string
)

// Bounds of what a reader may send. A comment's text is counted in characters.
const (
	MaxComment     = 5000
	MaxReaderName  = 40
	MaxFlagReason  = 500
	CommentEditing = 5 * time.Minute // how long its writer may change a comment
)

// A Comment is what a reader wrote under a story. Threads are two levels deep: what
// answers an answer stands in the same thread and names what it answers.
type Comment struct {
	ID      CommentID
	Story   StoryID
	Thread  CommentID // the comment that began it; its own identifier for that one
	Parent  CommentID // what it answers; empty for one that begins a thread
	Reader  ReaderID  // empty for one without an account: imported, or its account was deleted
	Name    string    // the writer's display name as it is now
	Staff   bool      // its writer is of the newsroom
	Author  bool      // … and stands in the story's byline
	Text    string    // as written, cleaned: see package markup's comments
	Status  CommentStatus
	Reasons []Reason // why it is held, or was rejected

	Created   time.Time
	Edited    time.Time // zero if never
	Decided   time.Time // when a moderator last decided; zero if none did
	DecidedBy string    // name; for the desk

	Featured bool // chosen by editors
	Likes    int
	Flags    int // open ones: of readers since the last decision
	Replies  int // shown answers in its thread; only for one that begins it

	AnswerTo string // name of the writer of Parent, where a page shows the comment
}

// A CommentStatus says who may see a comment.
type CommentStatus string

// The statuses. A rejected one is seen by its writer and by moderators. A deleted one
// has no words any more; it is shown as a gap while shown answers stand below it.
const (
	CommentHeld      CommentStatus = "held"
	CommentPublished CommentStatus = "published"
	CommentRejected  CommentStatus = "rejected"
	CommentDeleted   CommentStatus = "deleted"
)

// Shown tells whether readers see its words, the story's visibility apart.
func (c *Comment) Shown() bool { return c.Status == CommentPublished }

// A Reason says why a comment is held or was rejected: which rule, and which words.
type Reason struct {
	Rule   string   `json:"rule"`            // a RuleID, or one of the Rule… constants
	Name   string   `json:"name"`            // what the newsroom calls the rule
	Words  []string `json:"words,omitempty"` // what of the text it met, as it stands there
	Detail string   `json:"detail"`          // for the moderator, a plain sentence
	Told   string   `json:"told"`            // for the writer, a plain sentence
}

// Why a comment can be held without a rule that somebody wrote.
const (
	RulePreModeration = "pre-moderation" // all are read first, here
	RuleStoryHeld     = "story-held"     // a moderator holds all under this story
	RuleFlagged       = "flagged"        // readers flagged it
	RuleSuspended     = "suspended"      // its writer may not comment for a time
	RuleModerator     = "moderator"      // a person decided so, and may have said why
)

// A CommentOrder is how threads are sorted; answers in a thread are always oldest first.
type CommentOrder string

const (
	BestComments   CommentOrder = "best" // featured, then what readers liked, newer ones having a chance
	NewestComments CommentOrder = "newest"
	OldestComments CommentOrder = "oldest"
)

// ParseCommentOrder reads an order; anything else is BestComments.
func ParseCommentOrder(s string) CommentOrder {
	if o := CommentOrder(s); o == NewestComments || o == OldestComments {
		return o
	}
	return BestComments
}

// A ThreadList asks for what readers see under a story: threads by Order, each with its
// first answers.
type ThreadList struct {
	Story   StoryID
	Order   CommentOrder
	Page    int       // from 1; each of Threads
	Threads int       // at most
	Answers int       // of each thread, at most
	At      CommentID // the page that this comment's thread stands on, instead of Page
}

// A ThreadPage is a page of a story's threads: comments that begin one, each followed by
// the first of its answers.
type ThreadPage struct {
	Comments []Comment
	Page     int // the one given, from 1
	Threads  int // all there are
	Total    int // shown comments, answers too
}

// A NewComment is what the store is told of a comment before it is decided on.
type NewComment struct {
	Story  StoryID
	Parent CommentID // empty for one that begins a thread
	Reader ReaderID
	Block  string // keyed hash of the address block it came from; empty for unknown
	Words  string // the same for nearly the same text
}

// CommentRank sorts threads for BestComments: every doubling of likes is worth six hours
// of being newer, and what editors featured comes first.
func CommentRank(created time.Time, likes int, featured bool) int64 {
	rank := created.UnixMicro() + int64(math.Log2(1+float64(likes))*float64((6*time.Hour).Microseconds()))
	if featured {
		rank += (10 * 365 * 24 * time.Hour).Microseconds()
	}
	return rank
}

// A CommentLog is one decision about a comment, for the log and for undoing it.
type CommentLog struct {
	ID      string
	Comment CommentID
	At      time.Time
	Who     string
	WhoID   string
	Action  string // pass, reject, feature, unfeature, hold, delete, edit, rule
	Before  CommentStatus
	After   CommentStatus
	Note    string
	Reasons []Reason // the comment's before it
}
