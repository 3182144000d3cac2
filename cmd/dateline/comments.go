package main

import (
	"context"
	"net/url"
	"time"

	"dateline/internal/auth"
	"dateline/internal/jobs"
	"dateline/internal/mail"
	"dateline/internal/markup"
	"dateline/internal/moderation"
	"dateline/internal/news"
	"dateline/internal/site"
)

// answerJob tells the writer of a comment of an answer to it; args: answerArgs.
const answerJob = "comment-answer"

type answerArgs struct {
	Comment news.CommentID `json:"comment"`
}

// commenting is what comments need beside the store.
type commenting struct {
	passkeys *auth.Passkeys // nil where browsers have none
	desk     *moderation.Desk
	readers  *auth.Readers
}

// openComments gives a new site its first rules, and makes the desk that decides.
func (n *node) openComments(ctx context.Context) error {
	if err := n.store.SeedRules(ctx, moderation.DefaultRules(n.store.Now())); err != nil {
		return err
	}
	key, err := n.store.CommentKey(ctx)
	if err != nil {
		return err
	}
	n.comments.readers = n.keeper.Readers(n.store)
	if n.comments.passkeys, err = auth.NewPasskeys(n.comments.readers, n.store, n.public, n.o.SiteName); err != nil {
		return err
	}
	n.comments.desk = moderation.New(moderation.Options{
		Store: n.store, Key: []byte(key), Now: n.store.Now,
		Shown: func(ctx context.Context, number int64) error {
			_, err := n.live.Wait(ctx, number, nil)
			return err
		},
		Answered: func(id news.CommentID) news.Job { return newJob(answerJob, string(id), answerArgs{id}) },
	})
	return nil
}

// answerKind mails about answers. A dead mail server holds up these jobs, and no comment.
func (n *node) answerKind(face *site.Renderer) jobs.Kind {
	return jobs.Kind{Name: answerJob, Parallel: 2, Within: time.Minute, Do: func(ctx context.Context, j news.Job) error {
		args, err := decode[answerArgs](j)
		if err != nil {
			return err
		}
		m, ok, err := n.answerMail(ctx, face, args.Comment)
		if err != nil || !ok {
			return err
		}
		return n.mail.post(ctx, m)
	}}
}

// answerMail is the mail about an answer; ok is false when nobody is to be told: it is
// not shown any more, the person answered themselves, or does not want to know.
func (n *node) answerMail(ctx context.Context, face *site.Renderer, id news.CommentID) (m mail.Message, ok bool, err error) {
	gone := func(err error) (mail.Message, bool, error) {
		if news.KindOf(err) == news.NotFound {
			err = nil
		}
		return mail.Message{}, false, err
	}
	answer, err := n.store.ShownComment(ctx, id)
	if err != nil || !answer.Shown() || answer.Parent == "" {
		return gone(err)
	}
	parent, err := n.store.ShownComment(ctx, answer.Parent)
	if err != nil || !parent.Shown() || parent.Reader == "" || parent.Reader == answer.Reader {
		return gone(err)
	}
	to, err := n.store.Reader(ctx, parent.Reader)
	if err != nil || !to.MailAnswers || to.Banned {
		return gone(err)
	}
	cards, err := n.store.CardsByID(ctx, []news.StoryID{answer.Story})
	if err != nil || len(cards) == 0 {
		return gone(err)
	}
	origin := n.public.Scheme + "://" + n.public.Host
	stop := origin + "/account/mail/stop?" + url.Values{"id": {string(to.ID)}, "key": {to.MailSecret}}.Encode()
	subject, text := face.AnswerMail(n.o.SiteName, answer.Name, cards[0].Headline, markup.Summary(answer.Text, 1000), origin+"/comments/"+string(answer.ID), stop)
	return mail.Message{To: to.Email, Subject: subject, Text: text, Language: n.o.Language, ID: "answer-" + string(answer.ID), List: "answers", Unsubscribe: stop}, true, nil
}

// refreshComments has the pages of busy stories made anew when their pause is over, and
// forgets once an hour where old comments came from.
func (n *node) refreshComments(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	forget := time.Now()
	for failed := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, err := n.store.RefreshComments(ctx)
		if err == nil && time.Since(forget) > time.Hour {
			forget = time.Now()
			err = n.store.ForgetBlocks(ctx)
		}
		if err != nil && !failed && ctx.Err() == nil {
			n.log.Error("pages with comments could not be made anew; it is tried again", "error", err)
		}
		failed = err != nil
	}
}
