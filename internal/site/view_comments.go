package site

import (
	"html/template"
	"time"

	"dateline/internal/news"
)

// A Talk is what stands under a story: its comments, and the form for one's own.
type Talk struct {
	// Off is set where this server takes no comments at all.
	Off bool
	// Shut says why none are taken under this story; empty while they are.
	Shut news.CommentsShut
	// Slow is how long each person waits between two comments; 0 for no limit.
	Slow time.Duration
	// URL is where the comments have pages of their own, and where new ones are sent.
	URL string
	// Story names the story's comments for scripts.
	Story news.StoryID
	// Total counts what readers can see, answers too; Threads those that begin one.
	Total, Threads int
	Order          news.CommentOrder
	List           []CommentThread
	Pager          Pager
}

// OrderURL is where the comments stand in that order.
func (t Talk) OrderURL(o news.CommentOrder) string { return talkURL(t.URL, o, 1) }

// SlowMinutes is Slow as readers are told it, at least one.
func (t Talk) SlowMinutes() int { return max(1, int(t.Slow.Round(time.Minute)/time.Minute)) }

// Form is the empty one under a story.
func (t Talk) Form() CommentForm { return CommentForm{Talk: t} }

// A CommentForm is the form for a comment, and what it holds.
type CommentForm struct {
	Talk   Talk
	Text   string
	Parent news.CommentID
	Wrong  bool
}

// A CommentThread is a comment and the first of its answers.
type CommentThread struct {
	CommentView
	Answers []CommentView
	// Rest counts the answers that stand on RestURL alone.
	Rest    int
	RestURL string
}

// A CommentView is one comment as readers see it.
type CommentView struct {
	ID       news.CommentID
	Name     string
	Staff    bool
	Author   bool
	Featured bool
	// HTML comes from internal/markup; empty for a gap, where one was deleted.
	HTML template.HTML
	// Cut tells that only the beginning of a long comment stands here.
	Cut bool
	// At is when it was written; Edited when last changed, zero if never.
	At, Edited time.Time
	// AnswerTo is who is answered, where that is not the thread's first comment.
	AnswerTo  string
	AnswerURL string
	Likes     int
}

// URL is the comment's own address, for passing on.
func (c *CommentView) URL() string { return commentHref(c.ID) }

// TalkPage is a page of a story's comments, or one thread of them.
type TalkPage struct {
	Chrome
	Headline string
	Lang     string
	StoryURL string
	Talk     Talk
	// Whole is one thread with all its answers, instead of the list.
	Whole *CommentThread
	// Next leads to the thread's further answers.
	Next string
}

func (*TalkPage) template() string { return "talk" }

// CommentPage is one reader's own: what became of a comment, and what can be done with it.
type CommentPage struct {
	Chrome
	Step     CommentStep
	Headline string
	Lang     string
	StoryURL string
	Talk     Talk // for the form
	// Own is the comment, where there is one.
	Own *OwnComment
	// Text and Parent are what the form holds; ParentView what is answered.
	Text       string
	Parent     news.CommentID
	ParentView *CommentView
	// Problem is what to change, in a plain sentence.
	Problem string
	// Name is who writes.
	Name string
}

func (*CommentPage) template() string { return "comment" }

// Form is the one to write with.
func (p *CommentPage) Form() CommentForm {
	return CommentForm{Talk: p.Talk, Text: p.Text, Parent: p.Parent, Wrong: p.Problem != ""}
}

// A CommentStep is what a CommentPage is for.
type CommentStep string

const (
	CommentWrite  CommentStep = "write"
	CommentShow   CommentStep = "show"   // what became of one's own
	CommentEdit   CommentStep = "edit"   // change it
	CommentDelete CommentStep = "delete" // sure?
	CommentFlag   CommentStep = "flag"   // report somebody's
	CommentThanks CommentStep = "thanks" // reported
)

// An OwnComment is a comment as its writer sees it.
type OwnComment struct {
	CommentView
	Status   news.CommentStatus
	Reasons  []string // why it is held or was rejected, in human words
	Headline string   // of the story
	Lang     string
	StoryURL string
	// EditTill is until when it can be changed; zero when it cannot.
	EditTill time.Time
}

// MinePage lists a reader's own comments, newest first.
type MinePage struct {
	Chrome
	Name     string
	Comments []OwnComment
	Older    string // where the next ones stand; empty at the end
}

func (*MinePage) template() string { return "mine" }
