package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"dateline/internal/news"
	"dateline/internal/search"
	"dateline/internal/store"
	"dateline/internal/web"
)

type doctorCmd struct {
	place
	media
	public
	push
	mailFlags
	PushContact string `help:"Whom push services turn to when something is wrong: mailto:ADDRESS or https://…" placeholder:"ADDRESS" env:"DATELINE_PUSH_CONTACT"`
}

// Run checks everything an operator can mend, one line each; it fails when one of
// them is not well.
func (c *doctorCmd) Run(ctx context.Context, std *std) error {
	d := &doctor{out: std.out}
	var s *store.Store
	d.check("database", func() (string, error) {
		var err error
		if s, err = c.checkDatabase(ctx, std); err != nil {
			return "", err
		}
		return s.Engine() + ", whole", nil
	})
	if s != nil {
		defer s.Close()
		d.check("address", func() (string, error) { return c.checkAddress(ctx, s) })
		d.check("clock", func() (string, error) { return checkClock(s) })
		d.check("staff", func() (string, error) { return checkStaff(ctx, s) })
		d.check("jobs", func() (string, error) { return checkJobs(ctx, s) })
		d.check("pictures", func() (string, error) { return c.checkPictures(ctx, s) })
		d.check("search", func() (string, error) { return c.checkIndex(ctx, s) })
		c.alertChecks(ctx, d, s)
	}
	d.check("disk", c.checkDisk)
	if d.bad > 0 {
		return fmt.Errorf("%d of these need attention", d.bad)
	}
	return nil
}

type doctor struct {
	out io.Writer
	bad int
}

// An advice is worth a line and no alarm: a site that has just been started is well.
type advice string

func (a advice) Error() string { return string(a) }

func (d *doctor) check(what string, f func() (string, error)) {
	said, err := f()
	if a, ok := errors.AsType[advice](err); ok {
		fmt.Fprintf(d.out, "%-9s note  %s\n", what, a)
		return
	}
	if err != nil {
		d.bad++
		fmt.Fprintf(d.out, "%-9s BAD   %s\n", what, oneLine(err))
		return
	}
	fmt.Fprintf(d.out, "%-9s ok    %s\n", what, said)
}

func (c *doctorCmd) checkAddress(ctx context.Context, s *store.Store) (string, error) {
	u, err := c.known(ctx, s)
	if err != nil {
		return "", err
	}
	if u.Scheme == "http" && !strings.HasPrefix(u.Host, "127.") && !strings.HasPrefix(u.Host, "localhost") {
		return "", fmt.Errorf("%s is not encrypted: put a proxy with a certificate in front and set --url https://…", u)
	}
	return u.String(), nil
}

func (c *doctorCmd) checkDatabase(ctx context.Context, std *std) (*store.Store, error) {
	s, err := c.openExisting(ctx, logger(std.err))
	if err != nil {
		return nil, err
	}
	wrong, err := s.Check(ctx)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("%s; restore the last backup that verifies", strings.Join(wrong, "; "))
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func checkClock(s *store.Store) (string, error) {
	off := time.Until(s.Now()).Round(time.Millisecond)
	if off > 2*time.Second || off < -2*time.Second {
		return "", fmt.Errorf("the database's clock is %v from this machine's; set both by NTP", off)
	}
	return fmt.Sprintf("%v from the database's", off), nil
}

func checkStaff(ctx context.Context, s *store.Store) (string, error) {
	people, err := s.People(ctx)
	if err != nil {
		return "", err
	}
	editors := 0
	for _, p := range people {
		if !p.Disabled && p.Role.Publishes() {
			editors++
		}
	}
	if editors == 0 {
		return "", advice("nobody here may publish yet; add somebody: dateline staff add you@example.org --name \"Your Name\" --role admin")
	}
	return fmt.Sprintf("%d people, %d may publish", len(people), editors), nil
}

func checkJobs(ctx context.Context, s *store.Store) (string, error) {
	n, err := s.FailedJobs(ctx)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d jobs were given up; the log says why", n)
	}
	return "none given up", err
}

// checkPictures looks for the files of the newest pictures.
func (c *doctorCmd) checkPictures(ctx context.Context, s *store.Store) (string, error) {
	files, err := c.files(ctx, c.Media)
	if err != nil {
		return "", err
	}
	recent, err := s.RecentPictures(ctx, 100)
	if err != nil {
		return "", err
	}
	for _, p := range recent {
		for _, r := range append([]news.Rendition{{}}, p.Renditions...) {
			if _, err := files.Stat(ctx, p.File(r)); err != nil {
				return "", fmt.Errorf("the file %s of picture %s is missing; restore it from a backup", p.File(r), p.ID)
			}
		}
	}
	return fmt.Sprintf("the newest %d are whole", len(recent)), nil
}

// checkIndex looks at the index only while nobody serves: its file has one owner.
func (c *doctorCmd) checkIndex(ctx context.Context, s *store.Store) (string, error) {
	path := filepath.Join(c.Data, "search.db")
	if _, err := os.Stat(c.Data); err == nil {
		free, release, err := c.takeIndex()
		if err != nil {
			return "", err
		}
		defer release()
		if _, alone := c.lockPath(); free != path || alone && c.served() {
			return "in use by the server, which checks it itself", nil
		}
	}
	if _, err := os.Stat(path); err != nil {
		return "not made yet; the next start makes it", nil
	}
	if _, ours, err := indexIsOf(ctx, s, path); err != nil || !ours {
		return "made of another database; the next start makes it anew", err
	}
	x, err := search.Open(path, search.Options{})
	if err != nil {
		return "", err
	}
	defer x.Close()
	if err := x.Check(ctx); err != nil {
		return "", fmt.Errorf("%w; mend it with: dateline reindex", err)
	}
	at, err := x.Applied(ctx)
	if err != nil {
		return "", err
	}
	last, err := s.LastChange(ctx)
	return fmt.Sprintf("%d stories, %d changes behind", x.Len(), last-at), err
}

func (c *doctorCmd) checkDisk() (string, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(c.Data, &st); err != nil {
		return "", fmt.Errorf("look at the data folder %s: %w", c.Data, err)
	}
	free := int64(st.Bavail) * st.Bsize
	if free < 1<<30 {
		return "", fmt.Errorf("only %s free in %s; make room", web.Size(free), c.Data)
	}
	return web.Size(free) + " free", nil
}
