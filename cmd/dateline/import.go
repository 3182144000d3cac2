package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"dateline/internal/archive"
	"dateline/internal/desk"
	"dateline/internal/news"
	"dateline/internal/store"
)

type importCmd struct {
	place
	Format     string `arg:"" enum:"wordpress" help:"wordpress"`
	Path       string `arg:"" help:"The export file; - for standard input."`
	Report     string `help:"Write the report as JSON, too." placeholder:"FILE"`
	DryRun     bool   `help:"Read and check everything, keep nothing."`
	Again      bool   `help:"Take what changed there since the last import."`
	Media      string `help:"Folder with the pictures of the export, like wp-content/uploads." placeholder:"DIR"`
	MediaStore string `help:"Where pictures are kept, as serve's --media." placeholder:"ADDRESS" env:"DATELINE_MEDIA"`
	PostTypes  string `help:"Custom types to read as articles, separated by commas." placeholder:"TYPES"`
}

func (c *importCmd) Run(ctx context.Context, std *std) error {
	src, err := c.source(std)
	if err != nil {
		return err
	}
	defer src.Close()
	leave, err := c.aside()
	if err != nil {
		return err
	}
	defer leave()
	s, err := c.open(ctx, logger(std.err))
	if err != nil {
		return err
	}
	defer s.Close()
	files, err := c.files(ctx, c.MediaStore)
	if err != nil {
		return err
	}
	live := elsewhere{s, c.served()}
	im := &importer{
		cmd: c, store: s, who: news.Command("import"), now: s.Now(), zone: s.Zone(),
		desk:   desk.New(desk.Options{Stories: s, Pictures: s, Files: files, Live: live, Zone: s.Zone()}),
		report: importReport{Source: c.Path, DryRun: c.DryRun},
		tell:   std.err,
	}
	if err := im.begin(ctx); err != nil {
		return err
	}
	last, err := im.run(ctx, src)
	im.report.finish(s.Now().Sub(im.now))
	if !c.DryRun {
		// What was brought is shown before anything is said of it: whoever reads the
		// report through a pipe may hang up.
		_, werr := live.Wait(ctx, last, nil)
		if werr == nil && !live.served {
			werr = fillIndex(ctx, &c.place, s)
		}
		err = errors.Join(err, werr)
	}
	if c.Report != "" {
		err = errors.Join(err, im.report.write(c.Report))
	}
	im.report.print(std.out)
	return err
}

// aside has a dry run where there is no newsroom yet happen elsewhere: it keeps
// nothing, an empty newsroom neither.
func (c *importCmd) aside() (leave func(), err error) {
	path, ok := strings.CutPrefix(c.database(), "sqlite:")
	if !c.DryRun || !ok {
		return func() {}, nil
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "dateline-dry-run-")
	if err != nil {
		return nil, err
	}
	c.Data, c.Database = dir, ""
	return func() { os.RemoveAll(dir) }, nil
}

// source opens the export. Standard input is kept in a file first: an export is read
// twice, since its pictures come after the stories that show them.
func (c *importCmd) source(std *std) (io.ReadCloser, error) {
	if c.Path != "-" {
		f, err := os.Open(c.Path)
		if err != nil {
			return nil, fmt.Errorf("open the export: %w", err)
		}
		return f, nil
	}
	f, err := os.CreateTemp("", "dateline-import-")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name()) // gone when closed, whatever happens
	if _, err := io.Copy(f, std.in); err != nil {
		f.Close()
		return nil, fmt.Errorf("read the export: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// An importer turns records into stories, a batch at a time.
type importer struct {
	cmd      *importCmd
	store    *store.Store
	desk     *desk.Desk
	who      news.Actor
	now      time.Time
	zone     *time.Location
	sections map[string]news.Ref // by slug and by name, lower case
	pictures *pictureFolder
	report   importReport
	tell     io.Writer

	origin  string // Site.Source
	lang    string
	batch   importBatch
	keeping <-chan keptBatch // the batch before, while it is kept; else nil
	last    int64
	told    time.Time

	missing map[string]bool // addresses of pictures that were not to be had
}

func (im *importer) begin(ctx context.Context) error {
	sections, err := im.store.Sections(ctx)
	if err != nil {
		return err
	}
	im.sections = sectionIndex(sections)
	im.missing = map[string]bool{}
	im.origin = "wordpress:" + im.cmd.Path
	if im.cmd.Media != "" {
		if im.pictures, err = openPictureFolder(im.cmd.Media); err != nil {
			return err
		}
	}
	return nil
}

// run reads the whole export. What was kept before an error stays, and a second run
// goes on from there.
func (im *importer) run(ctx context.Context, src io.Reader) (last int64, err error) {
	if im.pictures != nil {
		defer im.pictures.close()
	}
	err = im.read(ctx, src)
	err = errors.Join(err, im.kept())
	return im.last, err
}

func (im *importer) read(ctx context.Context, src io.Reader) error {
	for r, err := range archive.WordPress(ctx, src, archive.Options{Zone: im.zone, PostTypes: fieldsOf(im.cmd.PostTypes), Progress: im.progress}) {
		if errors.Is(err, archive.ErrCutOff) {
			im.report.notice(err.Error(), 1, "")
			break
		}
		if err != nil {
			return errors.Join(err, im.flush(ctx))
		}
		if err := im.take(ctx, r); err != nil {
			return err
		}
	}
	return im.flush(ctx)
}

func (im *importer) take(ctx context.Context, r archive.Record) error {
	switch r := r.(type) {
	case *archive.Site:
		if r.Source != "" {
			im.origin = r.Source
		}
		im.lang = r.Language
		im.report.Site = r.Title
	case *archive.Author:
		im.report.Authors++
	case *archive.Term:
		im.report.term(r)
	case *archive.Attachment:
		im.report.Attachments++
	case *archive.Comment:
		return im.comment(r)
	case *archive.Skipped:
		im.report.skip(r.Kind, r.OldID, r.Title, r.Why)
	case *archive.Notice:
		im.report.notice(r.What, r.Count, r.Example)
	case *archive.Story:
		return im.story(ctx, r)
	}
	return nil
}

func (im *importer) story(ctx context.Context, r *archive.Story) error {
	im.report.found(r)
	if r.Status == archive.Trash {
		im.report.skip(string(r.Kind), r.OldID, r.Title, "it is in the trash there")
		return nil
	}
	in, notes := im.convert(r)
	if err := im.bringPictures(ctx, r, &in, &notes); err != nil {
		return err
	}
	in.Fingerprint = fingerprint(&in, !r.Date.IsZero())
	im.report.changes(r.OldID, r.Title, r.Report)
	for _, n := range notes {
		im.report.note(r.OldID, r.Title, n)
	}
	// Not before the next one comes: a story's comments follow it.
	if len(im.batch.stories) >= batchStories || im.batch.waiting >= mostCommentsWaiting {
		if err := im.flush(ctx); err != nil {
			return err
		}
	}
	im.batch.add(in, r.Title)
	return nil
}

// progress tells now and then how far it is.
func (im *importer) progress(done, total int64) {
	if now := time.Now(); now.Sub(im.told) > 2*time.Second {
		if !im.told.IsZero() {
			share := ""
			if total > 0 {
				share = fmt.Sprintf(", %d %%", done*100/total)
			}
			fmt.Fprintf(im.tell, "%d stories read%s\n", im.report.Stories+im.report.Pages, share)
		}
		im.told = now
	}
}
