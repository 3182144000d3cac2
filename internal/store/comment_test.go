package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"dateline/internal/news"
	"dateline/internal/store"
)

var moderator = news.Actor{ID: "m", Name: "Mo Moderator", Role: news.Moderator, Via: "desk"}

func aReader(t *testing.T, s *store.Store, n int) news.Reader {
	t.Helper()
	r, err := s.AddReader(t.Context(), editor, fmt.Sprintf("Reader%d@example.org", n), "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.NameReader(t.Context(), r.ID, fmt.Sprintf("Reader %d", n), fmt.Sprintf("reader %d", n)); err != nil {
		t.Fatal(err)
	}
	r.Name = fmt.Sprintf("Reader %d", n)
	return r
}

// say posts a comment with a status.
func say(t *testing.T, s *store.Store, story news.StoryID, parent news.CommentID, who news.ReaderID, text string, status news.CommentStatus) news.Comment {
	t.Helper()
	c, _, err := s.PostComment(t.Context(), news.NewComment{Story: story, Parent: parent, Reader: who, Block: "b", Words: text}, func(p news.Posting) (news.CommentOutcome, error) {
		id := news.NewID[news.CommentID]()
		c := news.Comment{ID: id, Story: story, Thread: id, Parent: parent, Reader: who, Text: text, Status: status, Created: p.Now}
		if p.Parent != nil {
			c.Thread = p.Parent.Thread
		}
		if status == news.CommentHeld {
			c.Reasons = []news.Reason{{Rule: "r", Name: "A rule", Words: []string{"word"}, Detail: "d", Told: "t"}}
		}
		return news.CommentOutcome{Comment: c, Action: "post"}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func to(status news.CommentStatus) func(news.Comment, news.Reader) (news.CommentOutcome, error) {
	return func(c news.Comment, _ news.Reader) (news.CommentOutcome, error) {
		c.Status = status
		if status == news.CommentDeleted {
			c.Text = ""
		}
		return news.CommentOutcome{Comment: c, Action: string(status)}, nil
	}
}

// TestCommentsAreCountedRight does a long row of random things and then counts again.
func TestCommentsAreCountedRight(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		story := publish(t, s, draft(t, s, content("A story")).ID)
		var readers []news.Reader
		for i := range 4 {
			readers = append(readers, aReader(t, s, i))
		}
		rng := rand.New(rand.NewPCG(1, 2))
		statuses := []news.CommentStatus{news.CommentPublished, news.CommentHeld, news.CommentRejected}
		var all []news.CommentID
		now := map[news.CommentID]news.Comment{}
		for range 250 {
			switch k := rng.IntN(5); {
			case k < 2 || len(all) == 0:
				parent := news.CommentID("")
				if len(all) > 0 && rng.IntN(2) == 0 {
					if c := now[all[rng.IntN(len(all))]]; c.Shown() {
						parent = c.ID
					}
				}
				c := say(t, s, story.ID, parent, readers[rng.IntN(4)].ID, fmt.Sprint("text ", rng.IntN(9)), statuses[rng.IntN(3)])
				all = append(all, c.ID)
				now[c.ID] = c
			case k == 2 && rng.IntN(3) == 0:
				id := all[rng.IntN(len(all))]
				if now[id].Status == news.CommentDeleted {
					continue
				}
				got, _, err := s.DecideComments(t.Context(), moderator, []news.CommentID{id}, to(news.CommentDeleted))
				if err != nil {
					t.Fatal(err)
				}
				now[id] = got[0]
			case k == 3:
				id := all[rng.IntN(len(all))]
				if _, err := s.LikeComment(t.Context(), readers[rng.IntN(4)].ID, id, rng.IntN(3) > 0); err != nil && news.KindOf(err) == 0 {
					t.Fatal(err)
				}
			default:
				id := all[rng.IntN(len(all))]
				if now[id].Status == news.CommentDeleted {
					continue
				}
				got, _, err := s.DecideComments(t.Context(), moderator, []news.CommentID{id}, to(statuses[rng.IntN(3)]))
				if err != nil {
					t.Fatal(err)
				}
				now[id] = got[0]
				if rng.IntN(2) == 0 {
					log, err := s.CommentLog(t.Context(), id, "", 1)
					if err != nil || len(log) != 1 {
						t.Fatal(log, err)
					}
					if now[id], _, err = s.UndoComment(t.Context(), moderator, log[0].ID); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		recount(t, s, story.ID, readers, now)
	})
}

func recount(t *testing.T, s *store.Store, story news.StoryID, readers []news.Reader, now map[news.CommentID]news.Comment) {
	t.Helper()
	shown, held, answers := 0, 0, map[news.CommentID]int{}
	passed, rejected := map[news.ReaderID]int{}, map[news.ReaderID]int{}
	for _, c := range now {
		switch c.Status {
		case news.CommentPublished:
			shown++
			passed[c.Reader]++
			if c.ID != c.Thread {
				answers[c.Thread]++
			}
		case news.CommentHeld:
			held++
		case news.CommentRejected:
			rejected[c.Reader]++
		}
	}
	talk, err := s.Talk(t.Context(), story)
	if err != nil || talk.Shown != shown || talk.Held != held {
		t.Errorf("talk counts %d shown, %d held, %v; there are %d and %d", talk.Shown, talk.Held, err, shown, held)
	}
	for _, r := range readers {
		got, err := s.Reader(t.Context(), r.ID)
		if err != nil || got.Passed != passed[r.ID] || got.Rejected != rejected[r.ID] {
			t.Errorf("%s: %d passed, %d rejected, %v; want %d and %d", r.Name, got.Passed, got.Rejected, err, passed[r.ID], rejected[r.ID])
		}
	}
	for _, order := range []news.CommentOrder{news.BestComments, news.NewestComments, news.OldestComments} {
		seen := map[news.CommentID]bool{}
		page := news.ThreadPage{Threads: 1}
		for n := 1; len(seen) == 0 || len(page.Comments) > 0; n++ {
			if page, err = s.Threads(t.Context(), news.ThreadList{Story: story, Order: order, Page: n, Threads: 7, Answers: 500}); err != nil {
				t.Fatal(err)
			}
			for _, c := range page.Comments {
				if seen[c.ID] {
					t.Fatalf("%s: %s stands there twice", order, c.ID)
				}
				seen[c.ID] = true
				if c.Status == news.CommentDeleted && (c.Text != "" || c.Name != "" || c.Reader != "") {
					t.Errorf("a gap says %+v", c)
				}
				if c.ID == c.Thread && c.Replies != answers[c.ID] {
					t.Errorf("%s has %d answers, want %d", c.ID, c.Replies, answers[c.ID])
				}
			}
			if len(page.Comments) == 0 {
				break
			}
		}
		for id, c := range now {
			top := now[c.Thread]
			want := c.Status == news.CommentPublished && (top.Status == news.CommentPublished || top.Status == news.CommentDeleted) ||
				c.Status == news.CommentDeleted && c.ID == c.Thread && answers[id] > 0
			if seen[id] != want {
				t.Errorf("%s: comment %s (%s, thread %s): shown %v, want %v", order, id, c.Status, top.Status, seen[id], want)
			}
		}
	}
}

// TestCommentsOfHiddenStories: nothing under a story that readers may not see is read,
// counted in public or answered.
func TestCommentsOfHiddenStories(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		story := publish(t, s, draft(t, s, content("A story")).ID)
		reader := aReader(t, s, 1)
		c := say(t, s, story.ID, "", reader.ID, "hello", news.CommentPublished)
		if _, _, err := s.UpdateStory(t.Context(), editor, story.ID, func(st *news.Story, now time.Time) (news.Outcome, error) {
			return st.TakeDown(editor, "We took it down.", "", now)
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Threads(t.Context(), news.ThreadList{Story: story.ID}); news.KindOf(err) != news.NotFound {
			t.Errorf("threads: %v", err)
		}
		if _, err := s.ShownComment(t.Context(), c.ID); news.KindOf(err) != news.NotFound {
			t.Errorf("comment: %v", err)
		}
		if _, err := s.Answers(t.Context(), c.ID, "", 10); news.KindOf(err) != news.NotFound {
			t.Errorf("answers: %v", err)
		}
		if _, err := s.LikeComment(t.Context(), aReader(t, s, 2).ID, c.ID, true); news.KindOf(err) != news.NotFound {
			t.Errorf("like: %v", err)
		}
		if _, _, err := s.PostComment(t.Context(), news.NewComment{Story: story.ID, Reader: reader.ID}, func(news.Posting) (news.CommentOutcome, error) {
			t.Error("a comment under a hidden story was asked about")
			return news.CommentOutcome{}, nil
		}); news.KindOf(err) != news.NotFound {
			t.Errorf("post: %v", err)
		}
	})
}

// TestQueues: what waits, with what a decision needs.
func TestQueues(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		story := publish(t, s, draft(t, s, content("A story")).ID)
		a, b := aReader(t, s, 1), aReader(t, s, 2)
		shown := say(t, s, story.ID, "", a.ID, "shown", news.CommentPublished)
		var held []news.CommentID
		for range 5 {
			held = append(held, say(t, s, story.ID, shown.ID, b.ID, "the 100% same", news.CommentHeld).ID)
		}
		var got []news.CommentID
		for cursor := ""; ; {
			list, next, err := s.CommentQueue(t.Context(), news.CommentQueue{Which: news.HeldQueue, Cursor: cursor, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range list {
				got = append(got, q.Comment.ID)
				if q.Alike != 4 || q.Answered != "shown" || q.Comment.AnswerTo != a.Name || q.Story.Headline != "A story" || q.Record.Reader.Name != b.Name || len(q.Comment.Reasons) != 1 {
					t.Errorf("queued: %+v", q)
				}
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, held) {
			t.Errorf("the queue has %v, want %v", got, held)
		}
		if list, _, err := s.CommentQueue(t.Context(), news.CommentQueue{Which: news.HeldQueue, Text: "100% S", Limit: 10}); err != nil || len(list) != 5 {
			t.Errorf("by text: %d, %v", len(list), err)
		}
		alike, err := s.Alike(t.Context(), held[0], 100)
		if err != nil || len(alike) != 5 {
			t.Errorf("alike: %v, %v", alike, err)
		}
		if _, _, err := s.FlagComment(t.Context(), b.ID, shown.ID, "spam", func(c news.Comment, p news.CommentPolicy) (news.CommentOutcome, error) {
			if c.Flags != 1 || p.FlagsHold != 3 {
				t.Errorf("flagged: %d of %d", c.Flags, p.FlagsHold)
			}
			return news.CommentOutcome{Comment: c}, nil
		}); err != nil {
			t.Fatal(err)
		}
		list, _, err := s.CommentQueue(t.Context(), news.CommentQueue{Which: news.FlaggedQueue, Limit: 10})
		if err != nil || len(list) != 1 || !slices.Equal(list[0].Why, []string{"spam"}) {
			t.Errorf("flagged: %+v, %v", list, err)
		}
		counts, err := s.QueueCounts(t.Context())
		if err != nil || counts[news.HeldQueue] != 5 || counts[news.FlaggedQueue] != 1 {
			t.Errorf("counts: %v, %v", counts, err)
		}
		if err := s.Sanction(t.Context(), moderator, news.Sanction{ID: news.NewID[string](), Reader: b.ID, Until: time.Now().Add(time.Hour), Message: "Be kind."}, held[0], true); err != nil {
			t.Fatal(err)
		}
		record, err := s.ReaderRecord(t.Context(), b.ID)
		if err != nil || record.Held != 5 || len(record.Sanctions) != 1 || record.Reader.May(time.Now()) || record.Reader.Told != "Be kind." {
			t.Errorf("record: %+v, %v", record, err)
		}
		if _, _, err := s.PostComment(t.Context(), news.NewComment{Story: story.ID, Reader: a.ID, Block: "b"}, func(p news.Posting) (news.CommentOutcome, error) {
			if p.Blocked == nil || p.OfReader != [3]int{1, 1, 1} || p.OfBlock != [3]int{6, 6, 6} {
				t.Errorf("posting: %+v", p)
			}
			return news.CommentOutcome{}, news.Refuse(news.Denied, "no")
		}); news.KindOf(err) != news.Denied {
			t.Errorf("post: %v", err)
		}
		if err := s.LiftSanctions(t.Context(), moderator, b.ID); err != nil {
			t.Fatal(err)
		}
		if r, err := s.Reader(t.Context(), b.ID); err != nil || !r.May(time.Now()) {
			t.Errorf("after lifting: %+v, %v", r, err)
		}
	})
}

// TestCommentsMoveTheirPages: at once, then every half minute, but what is taken away
// goes at once.
func TestCommentsMoveTheirPages(t *testing.T) {
	c := &clock{t: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	onBothAt(t, c.now, func(t *testing.T, s *store.Store) {
		story := publish(t, s, draft(t, s, content("A story")).ID)
		reader := aReader(t, s, 1)
		last, err := s.LastChange(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		moved := func(what string, want int) {
			t.Helper()
			changes, err := s.Changes(t.Context(), last, 100)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, x := range changes {
				last = x.N
				if slices.Contains(x.Tags, news.CommentsTag(story.ID)) {
					n++
				}
			}
			if n != want {
				t.Errorf("%s: pages were made anew %d times, want %d", what, n, want)
			}
		}
		first := say(t, s, story.ID, "", reader.ID, "one", news.CommentPublished)
		for range 4 {
			say(t, s, story.ID, "", reader.ID, "one", news.CommentPublished)
		}
		moved("the first five comments", 5)
		say(t, s, story.ID, "", reader.ID, "two", news.CommentPublished)
		say(t, s, story.ID, "", reader.ID, "three", news.CommentPublished)
		say(t, s, story.ID, "", reader.ID, "four", news.CommentHeld)
		moved("three more", 0)
		if n, err := s.RefreshComments(t.Context()); n != 0 || err != nil {
			t.Errorf("refreshed %d too early, %v", n, err)
		}
		c.pass(31 * time.Second)
		if n, err := s.RefreshComments(t.Context()); n != 1 || err != nil {
			t.Errorf("refreshed %d, %v", n, err)
		}
		moved("after the pause", 1)
		if _, _, err := s.DecideComments(t.Context(), moderator, []news.CommentID{first.ID}, to(news.CommentRejected)); err != nil {
			t.Fatal(err)
		}
		moved("one was rejected", 1)
	})
}

// TestReadersSignIn: a link and a code each work once, a code only so often.
func TestReadersSignIn(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() *store.Store) {
		s := open()
		ask := func(n string) {
			t.Helper()
			if err := s.AddReaderSignIn(t.Context(), news.ReaderSignIn{Link: "l" + n, Waiting: "w" + n, Code: "c" + n, Email: "New@Example.org", Expires: time.Now().Add(time.Minute)}); err != nil {
				t.Fatal(err)
			}
		}
		ask("1")
		if x, err := s.ReaderSignIn(t.Context(), "l1"); err != nil || x.Email != "new@example.org" {
			t.Fatal(x, err)
		}
		r, err := s.SpendReaderSignIn(t.Context(), "l1", "en")
		if err != nil || r.Email != "new@example.org" {
			t.Fatal(r, err)
		}
		if _, err := s.SpendReaderSignIn(t.Context(), "l1", "en"); news.KindOf(err) != news.NotFound {
			t.Errorf("the link a second time: %v", err)
		}
		if _, err := s.TryReaderCode(t.Context(), "w1", "c1", "en"); news.KindOf(err) != news.NotFound {
			t.Errorf("the code after the link: %v", err)
		}
		ask("2")
		for range news.MaxCodeTries {
			if _, err := s.TryReaderCode(t.Context(), "w2", "wrong", "en"); news.KindOf(err) != news.Invalid {
				t.Errorf("a wrong code: %v", err)
			}
		}
		if _, err := s.TryReaderCode(t.Context(), "w2", "c2", "en"); news.KindOf(err) != news.NotFound {
			t.Errorf("the right code after too many wrong ones: %v", err)
		}
		ask("3")
		if _, err := s.TryReaderCode(t.Context(), "w2", "c3", "en"); err == nil {
			t.Error("a code worked in a tab that did not ask for it")
		}
		if again, err := s.TryReaderCode(t.Context(), "w3", "c3", "en"); err != nil || again.ID != r.ID {
			t.Errorf("the right code: %+v, %v", again, err)
		}
		if err := s.NameReader(t.Context(), r.ID, "Ann", "ann"); err != nil {
			t.Fatal(err)
		}
		other, err := s.AddReader(t.Context(), editor, "other@example.org", "en")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.NameReader(t.Context(), other.ID, "ANN", "ann"); news.KindOf(err) != news.Invalid {
			t.Errorf("a name that is taken: %v", err)
		}
		if err := s.AddReaderSession(t.Context(), news.ReaderSession{Hash: "h", Reader: r, Created: time.Now(), Expires: time.Now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if x, err := s.ReaderSession(t.Context(), "h"); err != nil || x.Reader.Name != "Ann" {
			t.Errorf("session: %+v, %v", x, err)
		}
		story := publish(t, s, draft(t, s, content("A story")).ID)
		mine := say(t, s, story.ID, "", r.ID, "my words", news.CommentPublished)
		say(t, s, story.ID, mine.ID, other.ID, "an answer", news.CommentPublished)
		if _, err := s.ForgetReader(t.Context(), r.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ReaderSession(t.Context(), "h"); news.KindOf(err) != news.NotFound {
			t.Errorf("a forgotten reader's session: %v", err)
		}
		page, err := s.Threads(t.Context(), news.ThreadList{Story: story.ID, Page: 1, Threads: 10, Answers: 3})
		if err != nil || len(page.Comments) != 2 || page.Comments[0].Status != news.CommentDeleted || page.Comments[0].Text != "" {
			t.Errorf("after a reader was forgotten: %+v, %v", page, err)
		}
	})
}
