package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"github.com/google/uuid"

	"dateline/internal/archive"
	"dateline/internal/moderation"
	"dateline/internal/news"
)

// mostCommentsWaiting bounds the comments that wait for their stories to be kept.
const mostCommentsWaiting = 5000

// comment notes a comment of the story before it. Spam, what was binned, and what
// machines left are not brought.
func (im *importer) comment(r *archive.Comment) error {
	im.report.Comments++
	if r.Kind != archive.ReaderComment || r.Story == "" || r.Approval == archive.Spam || r.Approval == archive.Binned {
		im.report.CommentsLeft++
		return nil
	}
	if im.batch.comments == nil {
		im.batch.comments = map[string][]*archive.Comment{}
	}
	im.batch.comments[r.Story] = append(im.batch.comments[r.Story], r)
	im.batch.waiting++
	return nil
}

// keepComments keeps the comments of stories that are here now.
func (im *importer) keepComments(ctx context.Context, k *keptBatch) error {
	for _, r := range k.results {
		list := k.comments[r.OldID]
		if len(list) == 0 {
			continue
		}
		if r.Story == "" {
			k.commentsLeft += len(list)
			continue
		}
		comments, left := foreignComments(im.origin, r.Story, list, im.now)
		k.commentsLeft += left
		for part := range slices.Chunk(comments, 10_000) {
			n, err := im.store.ImportComments(ctx, im.who, r.Story, part)
			if err != nil {
				return err
			}
			k.last = max(k.last, n)
		}
		k.commentsBrought += len(comments)
	}
	return nil
}

// foreignComments makes another system's comments ours. Threads there are as deep as
// readers made them; here an answer to an answer stands in the thread of the first. What
// answers a comment that is not brought begins a thread of its own.
func foreignComments(source string, story news.StoryID, list []*archive.Comment, now time.Time) (out []news.Comment, left int) {
	ids, at := map[string]news.CommentID{}, map[string]*archive.Comment{}
	var from []string // whom out came from
	for _, c := range list {
		ids[c.OldID], at[c.OldID] = foreignID(source, c), c
	}
	for _, c := range list {
		text, err := moderation.CleanComment(c.Text)
		if err != nil {
			left++
			delete(at, c.OldID)
			continue
		}
		name, err := news.CleanReaderName(c.Author, nil)
		if err != nil {
			name = "Reader" // as WordPress' "Anonymous": a name that cannot be shown here
		}
		x := news.Comment{ID: ids[c.OldID], Story: story, Thread: ids[c.OldID], Name: name, Text: text, Status: news.CommentPublished, Created: c.Date}
		if x.Created.IsZero() || x.Created.After(now) {
			x.Created = now
		}
		if c.Approval == archive.Held {
			x.Status = news.CommentHeld
			x.Reasons = []news.Reason{{Rule: news.RuleModerator, Name: "Import", Detail: "It waited for a moderator where it came from.", Told: "It waits for a moderator."}}
		}
		out, from = append(out, x), append(from, c.OldID)
	}
	for i := range out {
		c, parent, thread := at[from[i]], news.CommentID(""), out[i].ID
		seen := map[*archive.Comment]bool{}
		for c.Parent != "" && !seen[c] {
			seen[c] = true
			p := at[c.Parent]
			if p == nil || p.Approval != archive.Approved {
				break
			}
			if parent == "" {
				parent = ids[p.OldID]
			}
			c, thread = p, ids[p.OldID]
		}
		if !seen[c] || c.Parent == "" || at[c.Parent] == nil || at[c.Parent].Approval != archive.Approved { // else they answer in a ring
			out[i].Parent, out[i].Thread = parent, thread
		}
	}
	return out, left
}

// foreignID is the same for the same comment however often it is imported: a UUIDv7 of
// its own moment, whose random part is its origin's hash.
func foreignID(source string, c *archive.Comment) news.CommentID {
	sum := sha256.Sum256([]byte("comment\x00" + source + "\x00" + c.OldID))
	var u uuid.UUID
	copy(u[:], sum[:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(0, c.Date.UnixMilli())))
	copy(u[:6], ms[2:])
	u[6], u[8] = u[6]&0x0f|0x70, u[8]&0x3f|0x80
	return news.CommentID(u.String())
}
