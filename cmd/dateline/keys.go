package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/webpush"
)

type keysCmd struct {
	List   keysListCmd   `cmd:"" help:"List the push keys."`
	New    keysNewCmd    `cmd:"" help:"Make a new push key the current one; the old ones go on working for who subscribed with them."`
	Import keysImportCmd `cmd:"" help:"Bring in push keys, such as those of the service that you come from."`
	Export keysExportCmd `cmd:"" help:"Write the push keys, open. Who has the file can send to your readers: keep it as a password."`
}

// A keyLine is a key in a file: JSON lines, the halves in base64url as other Web Push
// programs write them.
type keyLine struct {
	Public  string `json:"public_key"`
	Private string `json:"private_key"`
	Current bool   `json:"current,omitempty"`
}

type keysListCmd struct{ place }

func (c *keysListCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		kept, err := s.PushKeys(ctx)
		if err != nil {
			return err
		}
		for _, k := range kept {
			use := ""
			if k.Current {
				use = " (current)"
			}
			fmt.Fprintf(io.out, "%s  made %s  %s%s\n", k.ID, k.Created.Format("2006-01-02"), k.Public, use)
		}
		if len(kept) == 0 {
			fmt.Fprintln(io.out, "There are no push keys yet; the first start makes one.")
		}
		return nil
	})
}

type keysNewCmd struct {
	place
	push
}

func (c *keysNewCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		keys, err := c.openPushKeys(ctx, c.Data, s)
		if err != nil {
			return err
		}
		k, err := keys.seal(true, s.Now())
		if err != nil {
			return err
		}
		if err := s.AddPushKey(ctx, news.Command("keys new"), k); err != nil {
			return err
		}
		fmt.Fprintf(io.out, "%s is the current key now. Readers who subscribed with another go on with that, and change to this one when they next visit.\n", k.ID)
		return nil
	})
}

type keysImportCmd struct {
	place
	push
	File string `arg:"" help:"JSON lines with public_key and private_key; - for standard input."`
}

func (c *keysImportCmd) Run(ctx context.Context, io *std) error {
	in, closeIn, err := openInput(c.File, io)
	if err != nil {
		return err
	}
	defer closeIn()
	lines, err := readKeys(in)
	if err != nil {
		return fmt.Errorf("import %s: %w", c.File, err)
	}
	return c.with(ctx, io, func(s *store.Store) error {
		keys, err := c.openPushKeys(ctx, c.Data, s)
		if err != nil {
			return err
		}
		have := map[string]bool{}
		for _, k := range keys.keys {
			have[k.ID()] = true
		}
		for _, k := range lines {
			if have[k.ID()] {
				fmt.Fprintf(io.out, "%s is here already.\n", k.ID())
				continue
			}
			sealed, err := keys.sealed(k, false, s.Now())
			if err != nil {
				return err
			}
			if err := s.AddPushKey(ctx, news.Command("keys import"), sealed); err != nil {
				return err
			}
			fmt.Fprintf(io.out, "%s came in.\n", k.ID())
		}
		return nil
	})
}

// readKeys reads all of a file before anything is kept.
func readKeys(r io.Reader) ([]*webpush.Key, error) {
	dec := json.NewDecoder(io.LimitReader(r, 1<<20))
	var keys []*webpush.Key
	for n := 1; ; n++ {
		var l keyLine
		if err := dec.Decode(&l); err == io.EOF && n > 1 {
			return keys, nil
		} else if err != nil {
			return nil, fmt.Errorf("key %d: this is no JSON with public_key and private_key", n)
		}
		k, err := webpush.ParseKey(l.Private)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", n, err)
		}
		if l.Public != "" && l.Public != k.PublicKey() {
			return nil, fmt.Errorf("key %d: its two halves do not belong together", n)
		}
		keys = append(keys, k)
	}
}

type keysExportCmd struct {
	place
	push
	File string `arg:"" help:"File to write, readable by you alone; - for standard output."`
}

func (c *keysExportCmd) Run(ctx context.Context, io *std) error {
	return c.with(ctx, io, func(s *store.Store) error {
		keys, err := c.openPushKeys(ctx, c.Data, s)
		if err != nil {
			return err
		}
		return writeSecret(c.File, io, func(w *bufio.Writer) error {
			enc := json.NewEncoder(w)
			for _, k := range keys.keys {
				private, err := k.PrivateKey()
				if err != nil {
					return err
				}
				if err := enc.Encode(keyLine{k.PublicKey(), private, k == keys.current}); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
