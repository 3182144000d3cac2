package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/store"
)

type readerCmd struct {
	Add  readerAddCmd  `cmd:"" help:"A reader who may comment: prints a sign-in link and, last, an API token of that reader's."`
	List readerListCmd `cmd:"" help:"List readers by mail address."`
	Ban  readerBanCmd  `cmd:"" help:"Keep a reader from commenting, for good."`
}

type readerAddCmd struct {
	place
	public
	Email string `arg:"" help:"Their mail address."`
	Name  string `help:"The name beside their comments." required:""`
}

func (c *readerAddCmd) Run(ctx context.Context, io *std) error {
	email, ok := auth.ReaderAddress(c.Email)
	if !ok {
		return wrongUsage("%q is no mail address like name@example.org", c.Email)
	}
	return c.with(ctx, io, func(s *store.Store) error {
		k, err := c.keeper(ctx, s)
		if err != nil {
			return err
		}
		name, err := news.CleanReaderName(c.Name, nil) // the operator may give any name, a colleague's too
		if err != nil {
			return err
		}
		r, err := s.AddReader(ctx, news.Command("reader add"), email, "")
		if err != nil {
			return err
		}
		if err := s.NameReader(ctx, r.ID, name, news.NameSkeleton(name)); err != nil {
			return err
		}
		link, kept := k.Readers(s).NewReaderLink(email)
		if err := s.AddReaderSignIn(ctx, kept); err != nil {
			return err
		}
		token, secret := auth.NewReaderToken(r.ID, s.Now())
		if err := s.AddReaderToken(ctx, token); err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s (%s) signs in once, within %d hours, with this link:\n%s\nA program comments as %s with this token, shown only now: %s\n", name, email, int(auth.LinkLife.Hours()), link, name, secret)
		return nil
	})
}

type readerListCmd struct {
	place
	After string `help:"Only addresses after this one."`
	Limit int    `help:"How many at most." default:"1000"`
}

func (c *readerListCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		list, err := s.Readers(ctx, c.After, c.Limit)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(io.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "EMAIL\tNAME\tSHOWN\tREJECTED\tSTATE\tSINCE")
		for _, r := range list {
			state := "may comment"
			if !r.May(s.Now()) {
				state = "may not comment"
			}
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\n", r.Email, r.Name, r.Passed, r.Rejected, state, r.Created.Format(time.DateOnly))
		}
		return w.Flush()
	})
}

type readerBanCmd struct {
	place
	Email   string `arg:"" help:"Their mail address."`
	Message string `help:"What they are told."`
}

func (c *readerBanCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		r, err := s.ReaderByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		return s.Sanction(ctx, news.Command("reader ban"), news.Sanction{ID: news.NewID[string](), Reader: r.ID, Forever: true, Message: c.Message}, "", false)
	})
}
