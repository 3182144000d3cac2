package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/store"
)

// fillComments writes comments and readers past the server, as an import does.
func (m *talkMeasure) fillComments(ctx context.Context, size int) error {
	p := place{Data: m.dir, Database: m.Database}
	s, err := p.open(ctx, logger(m.tell))
	if err != nil {
		return err
	}
	defer s.Close()
	if m.stories, _, err = s.Cards(ctx, news.Listing{Limit: benchTalkStories}); err != nil {
		return err
	}
	// The stories are as old as their export says.
	policy, err := s.CommentPolicy(ctx)
	if err != nil {
		return err
	}
	policy.CloseAfter = 0
	if _, err := s.SetCommentPolicy(ctx, news.Command("bench"), policy); err != nil {
		return err
	}
	if err := m.people(ctx, s); err != nil {
		return err
	}
	each := (size - m.long) / (len(m.stories) - 1)
	began := time.Now()
	for i, card := range m.stories {
		n := each
		if i == 0 {
			n = m.long
		}
		for n > 0 {
			part := min(n, benchTalkLong)
			if _, err := s.ImportComments(ctx, news.Command("bench"), card.ID, m.someComments(card.ID, part, i)); err != nil {
				return err
			}
			n -= part
		}
	}
	m.report.told("write comments as an import does", float64(size)/time.Since(began).Seconds(), "comments/s")
	return nil
}

func (m *talkMeasure) someComments(story news.StoryID, n, i int) []news.Comment {
	out := make([]news.Comment, 0, n)
	held := benchTalkHeld / benchTalkStories
	for k := range n {
		id := news.NewID[news.CommentID]()
		c := news.Comment{ID: id, Story: story, Thread: id, Name: fmt.Sprint("Reader ", k), Text: m.text(), Status: news.CommentPublished, Created: time.Now().Add(-time.Duration(n-k) * time.Second)}
		if k < held {
			c.Status, c.Reasons = news.CommentHeld, []news.Reason{{Rule: news.RulePreModeration, Name: "Read first", Detail: "d", Told: "t"}}
		} else if len(out) > held+1 && m.rng.IntN(2) == 0 {
			p := out[held+m.rng.IntN(len(out)-held)]
			c.Parent, c.Thread = p.ID, p.Thread
		}
		out = append(out, c)
	}
	return out
}

// text is a comment of some 40 words, as long as most are.
func (m *talkMeasure) text() string {
	var b strings.Builder
	words := strings.Fields(m.writer.story().Body)
	for range 10 + m.rng.IntN(60) {
		b.WriteString(words[m.rng.IntN(len(words))])
		b.WriteByte(' ')
	}
	return strings.NewReplacer("\n", " ", "#", "", "*", "", ">", "").Replace(b.String())
}

func (m *talkMeasure) people(ctx context.Context, s *store.Store) error {
	for i := range benchTalkReaders {
		r, err := s.AddReader(ctx, news.Command("bench"), fmt.Sprintf("reader%d@bench.example", i), "en")
		if err != nil {
			return err
		}
		name := fmt.Sprintf("Reader %c%d", 'A'+i%26, i)
		if err := s.NameReader(ctx, r.ID, name, news.NameSkeleton(name)); err != nil {
			return err
		}
		token, secret := auth.NewReaderToken(r.ID, s.Now())
		if err := s.AddReaderToken(ctx, token); err != nil {
			return err
		}
		m.tokens = append(m.tokens, secret)
	}
	return nil
}
