package main

import (
	"context"
	"time"

	"dateline/internal/auth"
	"dateline/internal/jobs"
	"dateline/internal/mail"
	"dateline/internal/news"
)

// signInJob mails somebody on the staff a sign-in link; args: signInArgs. The link is
// made when the mail leaves, so that no secret waits in the table of jobs, from where it
// would get into backups.
const signInJob = "sign-in-link"

type signInArgs struct {
	Email string `json:"email"`
}

// askSignInLink enqueues one. Whether anybody has the address is only looked at by the
// job: who asked waits as long in either case.
func (n *node) askSignInLink(ctx context.Context, email string) error {
	return n.store.Enqueue(ctx, newJob(signInJob, email, signInArgs{email}))
}

// mailLink is what the newsroom's pages get: nil without a mail server.
func (n *node) mailLink() func(ctx context.Context, email string) error {
	if n.o.SMTP == "" {
		return nil
	}
	return n.askSignInLink
}

func (n *node) mailSignInLink(ctx context.Context, j news.Job) error {
	args, err := decode[signInArgs](j)
	if err != nil {
		return err
	}
	p, err := n.store.PersonByEmail(ctx, args.Email)
	if news.KindOf(err) == news.NotFound || (err == nil && p.Disabled) {
		return nil
	}
	if err != nil {
		return err
	}
	link, err := n.keeper.NewLink(ctx, p.ID)
	if err != nil {
		return err
	}
	err = n.mail.sender.Send(ctx, mail.Message{
		To: p.Email, Language: "en", Subject: "Your sign-in link for " + n.o.SiteName,
		Text: "This link signs you in at the desk of " + n.o.SiteName + ". It works once, until " +
			n.store.Now().Add(auth.LinkLife).In(n.store.Zone()).Format("2 January 15:04 MST") + ":\n\n" + link +
			"\n\nDid you not ask for it? Then do nothing: without this mail nobody can use it.\n",
	})
	if mail.IsPermanent(err) {
		return jobs.Permanent(err)
	}
	return err
}

// signInKind gives up soon: who waits for a link asks again.
func (n *node) signInKind() jobs.Kind {
	return jobs.Kind{Name: signInJob, Do: n.mailSignInLink, Parallel: 2, Attempts: 10, Within: time.Minute}
}
