package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// Options says how to read an export. The zero value is ready for use.
type Options struct {
	// Zone is the exporting site's, for dates that the export gives in local time
	// only (WordPress does so for drafts); nil is UTC.
	Zone *time.Location
	// PostTypes are custom types to be read as articles ("article", "news").
	PostTypes []string
	// MaxItem bounds the text kept of one item, in bytes; 0 is 16 MB. A longer item
	// is skipped and named.
	MaxItem int
	// MaxFile bounds the file, unpacked, in bytes; 0 is 64 GB.
	MaxFile int64
	// Progress, when set, is called now and then with the bytes read so far and
	// those to read in all (0 when unknown). A file that is read twice counts twice.
	Progress func(done, total int64)
}

// Errors that end a stream early. What was yielded before them is whole.
var (
	ErrCutOff      = errors.New("the file breaks off; what came before the break was read")
	ErrNotAnExport = errors.New("this is not a WordPress export: there is no <rss> element in it")
)

// WordPress reads a WordPress export (WXR, any version; plain or gzip) as a stream
// of records, in the file's order, Site before the first story and Notices last.
// Broken XML is mended where that can be done without guessing, and the mending
// is reported. An error is the last thing yielded; the records before it stand.
//
// When r can seek (a file), it is read twice: the first time only for the tables
// of authors and attachments, since stories refer to pictures that come after
// them. From a pipe, references to attachments that come later stay unresolved:
// Picture.OldID is set, Picture.URL empty, and galleries by ID are dropped with a
// report. Memory is bounded by one item and those two tables.
func WordPress(ctx context.Context, r io.Reader, o Options) iter.Seq2[Record, error] {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.MaxItem <= 0 {
		o.MaxItem = 16 << 20
	}
	if o.MaxFile <= 0 {
		o.MaxFile = 64 << 30
	}
	return func(yield func(Record, error) bool) {
		known := newTables()
		in := &counted{r: r, progress: o.Progress}
		if err := survey(ctx, in, known, o); err != nil {
			yield(nil, err)
			return
		}
		text, err := open(ctx, in, o.MaxFile)
		if err != nil {
			yield(nil, fmt.Errorf("read WordPress export: %w", err))
			return
		}
		p := newWXR(text, o, known)
		p.yield = func(r Record) bool { return yield(r, nil) }
		if err := p.read(); err != nil && !p.stopped {
			yield(nil, err)
		}
	}
}

// survey reads a file that can seek for the tables, and rewinds it.
func survey(ctx context.Context, in *counted, known *tables, o Options) error {
	seeker, ok := in.r.(io.Seeker)
	if !ok {
		return nil
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil // a pipe that looks like a file
	}
	if end, err := seeker.Seek(0, io.SeekEnd); err == nil {
		in.total = 2 * (end - start)
	}
	if _, err := seeker.Seek(start, io.SeekStart); err != nil {
		return fmt.Errorf("rewind the export: %w", err)
	}
	text, err := open(ctx, in, o.MaxFile)
	if err != nil {
		return fmt.Errorf("read WordPress export: %w", err)
	}
	p := newWXR(text, o, known)
	p.surveying = true
	p.yield = func(Record) bool { return true }
	// What is broken will be met, and told, the second time.
	_ = p.read()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("read WordPress export: %w", err)
	}
	if _, err := seeker.Seek(start, io.SeekStart); err != nil {
		return fmt.Errorf("rewind the export: %w", err)
	}
	return nil
}

// counted counts what is read, over both passes.
type counted struct {
	r           io.Reader
	done, total int64
	progress    func(done, total int64)
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.done += int64(n)
	if c.progress != nil && n > 0 {
		c.progress(c.done, c.total)
	}
	return n, err
}
