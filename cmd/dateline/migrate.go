package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dateline/internal/live"
	"dateline/internal/news"
	"dateline/internal/search"
	"dateline/internal/store"
)

type migrateCmd struct {
	place
	Plan bool `help:"Say what the next start would change; change nothing." required:""`
}

func (c *migrateCmd) Run(ctx context.Context, std *std) error {
	if path, ok := strings.CutPrefix(c.database(), "sqlite:"); ok {
		if _, err := os.Stat(path); os.IsNotExist(err) {
			fmt.Fprintf(std.out, "There is no database at %s; the next start makes one.\n", path)
			return nil
		}
	}
	s, err := store.Open(ctx, c.database(), store.Options{Plan: true, Log: logger(std.err)})
	if err != nil {
		return err
	}
	defer s.Close()
	names, err := s.Pending(ctx)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		fmt.Fprintln(std.out, "Nothing: the database is as this version needs it.")
	}
	for _, n := range names {
		fmt.Fprintln(std.out, n)
	}
	return nil
}

type reindexCmd struct{ place }

// Run makes the search index anew. A running server is asked through the change
// feed and does it beside the one that serves; without one it is done here.
func (c *reindexCmd) Run(ctx context.Context, std *std) error {
	return c.with(ctx, std, func(s *store.Store) error {
		if c.served() {
			n, err := s.AskReindex(ctx, news.Command("reindex"))
			if err != nil {
				return err
			}
			if _, err := (elsewhere{s, true}).Wait(ctx, n, nil); err != nil {
				return err
			}
			fmt.Fprintln(std.out, "The server makes a new index beside the one in use and changes to it when it is whole; its log says when.")
			return nil
		}
		x, err := openIndex(ctx, s, filepath.Join(c.Data, "search.db"), search.Options{})
		if err != nil {
			return err
		}
		defer x.Close()
		if err := x.Reset(); err != nil {
			return err
		}
		if err := live.Fill(ctx, s, s, x); err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%d stories are in the new index.\n", x.Len())
		return nil
	})
}

// fillIndex brings the index of a place that nobody serves up to date, so that the
// next start need not.
func fillIndex(ctx context.Context, p *place, s *store.Store) error {
	x, err := openIndex(ctx, s, filepath.Join(p.Data, "search.db"), search.Options{})
	if err != nil {
		return err
	}
	return errors.Join(live.Fill(ctx, s, s, x), x.Close())
}
