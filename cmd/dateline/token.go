package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/store"
)

type tokenCmd struct {
	New    tokenNewCmd    `cmd:"" help:"Make a token; it is printed once, as the last word."`
	List   tokenListCmd   `cmd:"" help:"List the tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a token at once."`
}

type tokenNewCmd struct {
	place
	Name string `help:"What it is for." required:""`
	Role string `help:"reporter, editor, moderator or admin." required:""`
}

func (c *tokenNewCmd) Run(ctx context.Context, io *std) error {
	role, err := news.ParseRole(c.Role)
	if err != nil {
		return usageError{err}
	}
	name := strings.Join(strings.Fields(c.Name), " ")
	if name == "" || len(name) > 100 || strings.ContainsFunc(name, unicode.IsControl) {
		return wrongUsage("--name: say in at most 100 characters what the token is for; it stands in the record of changes")
	}
	return c.with(ctx, io, func(s *store.Store) error {
		token, secret := auth.New(auth.Options{Store: s, Now: s.Now}).NewToken(name, role)
		if err := s.AddToken(ctx, news.Command("token new"), token); err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s (%s), shown only now: %s\n", token.Name, token.Role, secret)
		return nil
	})
}

type tokenListCmd struct{ place }

func (c *tokenListCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		tokens, err := s.Tokens(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(io.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tROLE\tSTATE\tSINCE")
		for _, t := range tokens {
			state := "works"
			if !t.Revoked.IsZero() {
				state = "revoked"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, t.Role, state, t.Created.Format(time.DateOnly))
		}
		return w.Flush()
	})
}

type tokenRevokeCmd struct {
	place
	Token string `arg:"" help:"Its name or identifier."`
}

func (c *tokenRevokeCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		if err := s.RevokeToken(ctx, news.Command("token revoke"), c.Token); err != nil {
			return err
		}
		fmt.Fprintln(io.out, "The token works no longer.")
		return nil
	})
}
