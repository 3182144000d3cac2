package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// ErrTooLong is returned when a file, unpacked, is longer than Options.MaxFile.
var ErrTooLong = errors.New("the export is longer than the limit; raise it, or split the export")

// errZIP: WordPress.com hands out exports inside a ZIP file.
var errZIP = errors.New("this is a ZIP file; unpack it and import the .xml files in it")

const peekLength = 64 << 10

var declaredEncoding = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}\sencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// open unpacks and decodes: what it returns is meant to be UTF-8, without a byte
// order mark. Reading stops with ctx's error once ctx is done.
func open(ctx context.Context, r io.Reader, limit int64) (io.Reader, error) {
	packed := bufio.NewReaderSize(r, peekLength)
	head, err := packed.Peek(4)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read the export: %w", err)
	}
	var plain io.Reader = packed
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(packed)
		if err != nil {
			return nil, fmt.Errorf("unpack the export: %w", err)
		}
		plain = z
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nil, errZIP
	}
	text := bufio.NewReaderSize(&bounded{ctx: ctx, r: plain, left: limit + 1}, peekLength)
	// The first read decides; a reader that gives little at once is asked for more.
	head, err = text.Peek(peekLength)
	if err != nil && err != io.EOF && len(head) == 0 {
		return nil, fmt.Errorf("read the export: %w", err)
	}
	if enc := encodingOf(head); enc != nil {
		return transform.NewReader(text, enc.NewDecoder()), nil
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		if _, err := text.Discard(3); err != nil {
			return nil, fmt.Errorf("read the export: %w", err)
		}
	}
	return text, nil
}

// encodingOf returns nil for UTF-8, and for what it does not know, which is then
// read as if it were.
func encodingOf(head []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("<\x00")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")), bytes.HasPrefix(head, []byte("\x00<")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	m := declaredEncoding.FindSubmatch(head)
	if m == nil || strings.EqualFold(string(m[1]), "utf-8") {
		return nil
	}
	enc, err := htmlindex.Get(string(m[1]))
	if err != nil {
		return nil
	}
	if name, err := htmlindex.Name(enc); err != nil || name == "utf-8" || strings.HasPrefix(name, "utf-16") || name == "replacement" {
		return nil
	}
	// Exports copy the name of the site's encoding from a setting that is often
	// older than its database: what reads as UTF-8 beyond ASCII is UTF-8.
	whole := head[:holdBack(head, false)]
	if utf8.Valid(whole) && bytes.ContainsFunc(whole, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return nil
	}
	return enc
}

// bounded stops at the limit and when its context is done.
type bounded struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	if b.left <= 0 {
		return 0, ErrTooLong
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}
