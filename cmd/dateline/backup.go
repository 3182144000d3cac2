package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"dateline/internal/store"
)

type backupCmd struct {
	place
	media
	File string `arg:"" help:"Where to write; - for standard output."`
}

func (c *backupCmd) Run(ctx context.Context, std *std) error {
	return c.with(ctx, std, func(s *store.Store) error {
		files, err := c.files(ctx, c.Media)
		if err != nil {
			return err
		}
		if c.File == "-" {
			_, err := writeBackup(ctx, std.out, s, files)
			return err
		}
		n, err := intoFile(c.File, func(w io.Writer) (counts, error) { return writeBackup(ctx, w, s, files) })
		if err != nil {
			return err
		}
		fmt.Fprintf(std.out, "%s: %d rows, %d picture files. Check it now and then with: dateline verify %s\n", c.File, n.rows, n.files, c.File)
		return nil
	})
}

// intoFile writes beside path and renames when all of it is on the disk, so that a
// backup is never half a backup.
func intoFile(path string, write func(io.Writer) (counts, error)) (n counts, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".dateline-backup-")
	if err != nil {
		return n, fmt.Errorf("write the backup: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if n, err = write(f); err != nil {
		return n, err
	}
	if err = errors.Join(f.Sync(), f.Close()); err != nil {
		return n, fmt.Errorf("write the backup: %w", err)
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return n, fmt.Errorf("write the backup: %w", err)
	}
	return n, syncFolder(filepath.Dir(path))
}

// syncFolder makes a renaming durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

type restoreCmd struct {
	place
	media
	File string `arg:"" help:"The backup."`
}

func (c *restoreCmd) Run(ctx context.Context, std *std) error {
	// The whole backup is checked before the target is touched.
	if _, err := verifyFile(c.File); err != nil {
		return fmt.Errorf("%s: %w; nothing was changed", c.File, err)
	}
	if _, alone := c.lockPath(); !alone || !c.served() { // else the lock says it better
		if err := c.empty(); err != nil {
			return err
		}
	}
	release, err := c.lock()
	if err != nil {
		return err
	}
	defer release()
	s, err := c.open(ctx, logger(std.err))
	if err != nil {
		return err
	}
	defer s.Close()
	files, err := c.files(ctx, c.Media)
	if err != nil {
		return err
	}
	n, err := readBackup(ctx, c.File, s, files)
	if err != nil {
		return err
	}
	if _, err := s.DropJobs(ctx, alertWork...); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "Restored %d rows and %d picture files. Start with: dateline serve --data %s\n", n.rows, n.files, c.Data)
	return nil
}

// empty refuses a data folder that holds anything.
func (p *place) empty() error {
	entries, err := os.ReadDir(p.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into the data folder: %w", err)
	}
	if len(entries) > 0 {
		return fmt.Errorf("the data folder %s is not empty: restore into a new one", p.Data)
	}
	return nil
}

type verifyCmd struct {
	place        // taken as every command takes it; a backup needs neither
	File  string `arg:"" help:"The backup."`
}

func (c *verifyCmd) Run(std *std) error {
	n, err := verifyFile(c.File)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	fmt.Fprintf(std.out, "%s is whole: %d rows, %d picture files.\n", c.File, n.rows, n.files)
	return nil
}
