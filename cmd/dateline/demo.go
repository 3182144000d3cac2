package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"dateline/internal/news"
)

type demoCmd struct {
	serveFlags
	named bool // whether --data was given
}

// Run serves a sample newsroom from a folder that is gone afterwards, unless --data
// names one.
func (c *demoCmd) Run(ctx context.Context, std *std) (err error) {
	l, err := c.listen()
	if err != nil {
		return err
	}
	defer l.Close()
	if !c.named {
		dir, err := os.MkdirTemp("", "dateline-demo-")
		if err != nil {
			return fmt.Errorf("make a throw-away folder: %w", err)
		}
		defer os.RemoveAll(dir)
		c.Data = dir
	}
	began := time.Now()
	fmt.Fprintln(std.out, "Making a sample newsroom; it takes a few seconds.")
	files, err := c.files(ctx, c.Media)
	if err != nil {
		return err
	}
	room, err := loadSample(ctx, &c.place, files, began)
	if err != nil {
		return err
	}
	quiet := *std
	quiet.out = io.Discard // a line for every picture would push the addresses off the screen
	if c.SiteName == "Dateline" {
		c.SiteName = room.Name
	}
	ctx, stop := context.WithCancel(ctx)
	services, err := c.playPush(ctx)
	if err != nil {
		stop()
		return err
	}
	defer services.Close()
	var subscribing sync.WaitGroup
	defer subscribing.Wait()
	defer stop()
	return c.serveOn(ctx, &quiet, l, func(n *node) {
		c.welcome(ctx, std, n, began)
		subscribing.Go(func() { c.subscribeMany(ctx, std, n, services) })
	})
}

// welcome says where to look.
func (c *demoCmd) welcome(ctx context.Context, std *std, n *node, began time.Time) {
	fmt.Fprintf(std.out, "\n%s is up after %.1f s, with %d stories; everything in it is invented.\n\n", c.SiteName, time.Since(began).Seconds(), n.index.Len())
	fmt.Fprintf(std.out, "  The site   %s/\n", n.public)
	if f, err := n.store.Front(ctx); err == nil {
		if cards, err := n.store.CardsByID(ctx, []news.StoryID{f.Lead}); err == nil && len(cards) == 1 {
			fmt.Fprintf(std.out, "  Its lead   %s%s\n", n.public, cards[0].Address)
		}
	}
	link, err := demoLink(ctx, n)
	if err != nil {
		fmt.Fprintln(std.err, "dateline: no sign-in link:", oneLine(err))
	} else {
		fmt.Fprintf(std.out, "  The desk   %s\n             (this link signs you in once, as an admin)\n", link)
	}
	fmt.Fprintln(std.out, "\nPress Ctrl-C to stop.")
}

// demoLink makes a link to sign in with for the sample newsroom's admin.
func demoLink(ctx context.Context, n *node) (string, error) {
	p, err := n.store.PersonByEmail(ctx, sampleAdmin)
	if err != nil {
		return "", err
	}
	return n.keeper.NewLink(ctx, p.ID)
}
