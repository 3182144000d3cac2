package moderation

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"time"

	"dateline/internal/news"
)

// Comments are where comments are kept.
type Comments interface {
	PostComment(ctx context.Context, in news.NewComment, decide func(news.Posting) (news.CommentOutcome, error)) (news.Comment, int64, error)
	DecideComments(ctx context.Context, who news.Actor, ids []news.CommentID, decide func(news.Comment, news.Reader) (news.CommentOutcome, error)) ([]news.Comment, int64, error)
	UndoComment(ctx context.Context, who news.Actor, logID string) (news.Comment, int64, error)
	LikeComment(ctx context.Context, reader news.ReaderID, id news.CommentID, on bool) (news.Comment, error)
	FlagComment(ctx context.Context, reader news.ReaderID, id news.CommentID, why string, decide func(news.Comment, news.CommentPolicy) (news.CommentOutcome, error)) (news.Comment, int64, error)
	Alike(ctx context.Context, id news.CommentID, limit int) ([]news.CommentID, error)
}

// Lists are what moderators work through, and what they look up.
type Lists interface {
	CommentQueue(ctx context.Context, l news.CommentQueue) (list []news.Queued, next string, err error)
	QueueCounts(ctx context.Context) (map[news.QueueName]int, error)
	CommentLog(ctx context.Context, id news.CommentID, before string, limit int) ([]news.CommentLog, error)
	Comment(ctx context.Context, id news.CommentID) (news.Comment, error)
	ReaderRecord(ctx context.Context, id news.ReaderID) (news.ReaderRecord, error)
}

// Settings are what the newsroom set.
type Settings interface {
	CommentPolicy(ctx context.Context) (news.CommentPolicy, error)
	SetCommentPolicy(ctx context.Context, who news.Actor, p news.CommentPolicy) (int64, error)
	Talk(ctx context.Context, id news.StoryID) (news.Talk, error)
	SetTalk(ctx context.Context, who news.Actor, id news.StoryID, set func(*news.Talk) error) (news.Talk, int64, error)
	Rules(ctx context.Context) ([]news.Rule, error)
	SaveRule(ctx context.Context, who news.Actor, r news.Rule) error
	CardsByID(ctx context.Context, ids []news.StoryID) ([]news.Card, error)
}

// People are readers, and what was decided about them.
type People interface {
	Sanction(ctx context.Context, who news.Actor, s news.Sanction, id news.CommentID, address bool) error
	LiftSanctions(ctx context.Context, who news.Actor, id news.ReaderID) error
	AddReaderNote(ctx context.Context, who news.Actor, id news.ReaderID, text string) error
}

// Store is all of it.
type Store interface {
	Comments
	Lists
	Settings
	People
}

// Options are what a Desk works with.
type Options struct {
	Store Store
	Key   []byte // keys the hashes of address blocks
	Now   func() time.Time
	// Shown waits until every node shows a change, as for stories.
	Shown func(ctx context.Context, n int64) error
	// Answered makes the job that tells the writer of a comment of a shown answer to it.
	// Nil for no mail.
	Answered func(answer news.CommentID) news.Job
}

// A Desk is where comments are taken in and decided on.
type Desk struct{ o Options }

// New makes a Desk.
func New(o Options) *Desk {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Desk{o}
}

// block is what is kept of where a comment came from: the address block's keyed hash.
func (d *Desk) block(b netip.Prefix) string {
	if !b.IsValid() {
		return ""
	}
	mac := hmac.New(sha256.New, d.o.Key)
	mac.Write([]byte(b.String()))
	return hex.EncodeToString(mac.Sum(nil)[:12])
}

func (d *Desk) shown(ctx context.Context, n int64) error {
	if n == 0 || d.o.Shown == nil {
		return nil
	}
	return d.o.Shown(ctx, n)
}

// Moderates tells whether a role decides on comments; reporters only look.
func Moderates(r news.Role) bool { return r == news.Moderator || r.Publishes() }

func may(who news.Actor) error {
	if !Moderates(who.Role) {
		return news.Refuse(news.Denied, "Deciding on comments needs a moderator's or an editor's account.")
	}
	return nil
}
