// Package mediastore keeps picture files in a directory or an S3-compatible bucket.
//
// It promises that a file whose Put returned is there, whole, after a crash or
// a power cut, and that nobody ever sees part of one. It knows nothing of what
// the files are, who may see them, or whether anything still names them.
package mediastore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"
)

// Store keeps files under names. Its methods may be called from many
// goroutines and from many processes at once. Every error names the file; a
// missing file is fs.ErrNotExist, a bad name ErrName, no room ErrFull.
type Store interface {
	// Put keeps data under a name and returns once it would survive a power
	// cut. A file of that name is replaced as a whole; on error the old one,
	// if any, is still there.
	Put(ctx context.Context, name string, data []byte) error

	// Open gives a file to read and its size in bytes. The caller closes it.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, int64, error)

	// Stat is a file's size in bytes.
	Stat(ctx context.Context, name string) (int64, error)

	// Remove deletes a file; one that is not there is no error.
	Remove(ctx context.Context, name string) error

	// Names gives the name of every file, in no order. Files that come or go
	// meanwhile may be in it or not. After an error it ends.
	Names(ctx context.Context) iter.Seq2[string, error]
}

// ErrFull means that there is no room left: on the disk, or by quota.
var ErrFull = errors.New("no room left for pictures")

// ErrName means that a name is not made of a-z, 0-9, dot, dash and underscore
// in parts separated by slashes.
var ErrName = errors.New("not a name for a picture file")

// Open opens the store that the setting names: "file:DIR", where a relative
// DIR is in the data folder, or "s3://bucket/prefix?endpoint=…&region=…". The
// empty setting is "file:media".
func Open(ctx context.Context, setting, dataDir string) (Store, error) {
	if setting == "" {
		setting = "file:media"
	}
	if strings.HasPrefix(setting, "s3:") {
		return OpenBucket(ctx, setting)
	}
	dir, ok := strings.CutPrefix(setting, "file:")
	if !ok || dir == "" {
		return nil, fmt.Errorf("open media %q: want file:DIR or s3://bucket?endpoint=HOST", setting)
	}
	if strings.HasPrefix(dir, "///") { // a file URL
		dir = dir[2:]
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(dataDir, dir)
	}
	return OpenDir(dir)
}

const maxName = 200

// checkName lets through what is safe in every file system and bucket.
func checkName(name string) error {
	bad := name == "" || len(name) > maxName
	for _, part := range strings.Split(name, "/") {
		if part == "" || part[0] == '.' {
			bad = true
		}
	}
	for _, c := range []byte(name) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' || c == '/') {
			bad = true
		}
	}
	if bad {
		return fmt.Errorf("%q: %w", name, ErrName)
	}
	return nil
}
