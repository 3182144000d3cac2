package main

import (
	"context"
	"fmt"
	"net/url"
	"text/tabwriter"
	"time"

	"dateline/internal/auth"
	"dateline/internal/news"
	"dateline/internal/store"
)

type staffCmd struct {
	Add     staffAddCmd     `cmd:"" help:"Add somebody; prints a one-time sign-in link."`
	List    staffListCmd    `cmd:"" help:"List the staff."`
	Link    staffLinkCmd    `cmd:"" help:"Print a new one-time sign-in link."`
	Disable staffDisableCmd `cmd:"" help:"Shut somebody out at once."`
}

// public is the site's public address, which links need.
type public struct {
	URL string `help:"The site's public address (default: the one it was last served at)." placeholder:"ORIGIN" name:"url" env:"DATELINE_URL"`
}

// parse reads a public address: a scheme and a host, no more.
func (p public) parse() (*url.URL, error) {
	u, err := url.Parse(p.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || (u.Path != "" && u.Path != "/") || u.RawQuery != "" {
		return nil, wrongUsage("--url: %q is no public address; use one like https://news.example", p.URL)
	}
	u.Path = ""
	return u, nil
}

// known completes an address that was not given by the one that a server noted.
func (p public) known(ctx context.Context, s *store.Store) (*url.URL, error) {
	if p.URL == "" {
		origin, err := s.Setting(ctx, "origin")
		if err != nil {
			return nil, err
		}
		if p.URL = origin; origin == "" {
			p.URL = "http://127.0.0.1:8080"
		}
	}
	return p.parse()
}

func (p public) keeper(ctx context.Context, s *store.Store) (*auth.Keeper, error) {
	u, err := p.known(ctx, s)
	if err != nil {
		return nil, err
	}
	return auth.New(auth.Options{Store: s, Public: u, Now: s.Now}), nil
}

type staffAddCmd struct {
	place
	public
	Email string `arg:"" help:"Their mail address."`
	Name  string `help:"Their name." required:""`
	Role  string `help:"reporter, editor, moderator or admin." required:""`
}

func (c *staffAddCmd) Run(ctx context.Context, io *std) error {
	role, err := news.ParseRole(c.Role)
	if err != nil {
		return usageError{err}
	}
	return c.with(ctx, io, func(s *store.Store) error {
		k, err := c.keeper(ctx, s)
		if err != nil {
			return err
		}
		p, err := auth.NewPerson(c.Email, c.Name, role, s.Now())
		if err != nil {
			return err
		}
		if err := s.AddPerson(ctx, news.Command("staff add"), p); err != nil {
			return err
		}
		return printLink(ctx, io, k, p)
	})
}

func printLink(ctx context.Context, io *std, k *auth.Keeper, p news.Person) error {
	link, err := k.NewLink(ctx, p.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.out, "%s (%s) signs in once, within %d hours, with this link:\n%s\n", p.Name, p.Role, int(auth.LinkLife.Hours()), link)
	return nil
}

// with opens the newsroom for a command and closes it after.
func (p *place) with(ctx context.Context, io *std, do func(*store.Store) error) error {
	s, err := p.openExisting(ctx, logger(io.err))
	if err != nil {
		return err
	}
	err = do(s)
	if cerr := s.Close(); err == nil {
		err = cerr
	}
	return err
}

type staffListCmd struct{ place }

func (c *staffListCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		people, err := s.People(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(io.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "EMAIL\tNAME\tROLE\tSTATE\tSINCE")
		for _, p := range people {
			state := "active"
			if p.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Email, p.Name, p.Role, state, p.Created.Format(time.DateOnly))
		}
		return w.Flush()
	})
}

type staffLinkCmd struct {
	place
	public
	Email string `arg:"" help:"Their mail address."`
}

func (c *staffLinkCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		k, err := c.keeper(ctx, s)
		if err != nil {
			return err
		}
		p, err := s.PersonByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		if p.Disabled {
			return fmt.Errorf("%s is disabled and cannot sign in", p.Email)
		}
		return printLink(ctx, io, k, p)
	})
}

type staffDisableCmd struct {
	place
	Email string `arg:"" help:"Their mail address."`
}

func (c *staffDisableCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		p, err := s.PersonByEmail(ctx, c.Email)
		if err != nil {
			return err
		}
		if err := s.SetDisabled(ctx, news.Command("staff disable"), p.ID, true); err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s is signed out everywhere and cannot sign in.\n", p.Email)
		return nil
	})
}
