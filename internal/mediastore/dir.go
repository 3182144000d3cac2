package mediastore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

// Dir is a Store in a directory. Files stand in 256 folders, chosen by a hash
// of the name so that none grows too long, under their name with a tilde for
// each slash.
type Dir struct {
	root *os.Root
}

const (
	// unfinished is the folder of files that are being written.
	unfinished = "tmp"
	// A file there this old was left by a crash. Younger ones may be another
	// process's, since commands run beside the server.
	abandoned = time.Hour
)

// OpenDir opens a directory, making it if need be, and clears away what a
// crash left unfinished there.
func OpenDir(dir string) (*Dir, error) {
	d, err := openDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open media folder %s: %w", dir, full(err))
	}
	return d, nil
}

func openDir(dir string) (*Dir, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	d := &Dir{root: root}
	if err := d.prepare(); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return d, nil
}

// prepare makes all folders at once and syncs them, so that Put need not ask
// whether the folder it writes to would itself survive a power cut.
func (d *Dir) prepare() error {
	fresh := false
	make := func(name string) error {
		err := d.root.Mkdir(name, 0o700)
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		fresh = true
		return err
	}
	for i := range 256 {
		if err := make(hex.EncodeToString([]byte{byte(i)})); err != nil {
			return err
		}
	}
	if err := make(unfinished); err != nil {
		return err
	}
	if fresh {
		if err := d.syncFolder("."); err != nil {
			return err
		}
	}
	return d.clear(time.Now().Add(-abandoned))
}

func (d *Dir) clear(before time.Time) error {
	list, err := fs.ReadDir(d.root.FS(), unfinished)
	if err != nil {
		return err
	}
	for _, e := range list {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if info.ModTime().Before(before) {
			if err := d.root.Remove(path.Join(unfinished, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// Close lets go of the directory.
func (d *Dir) Close() error { return d.root.Close() }

// place is where a name's file stands.
func place(name string) (folder, file string) {
	sum := sha256.Sum256([]byte(name))
	folder = hex.EncodeToString(sum[:1])
	return folder, folder + "/" + strings.ReplaceAll(name, "/", "~")
}

// Put writes under a temporary name, syncs, renames, and syncs the folder.
func (d *Dir) Put(ctx context.Context, name string, data []byte) error {
	if err := d.put(ctx, name, data); err != nil {
		return fmt.Errorf("put picture file %s: %w", name, full(err))
	}
	return nil
}

func (d *Dir) put(ctx context.Context, name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	folder, file := place(name)
	temporary := unfinished + "/" + rand.Text()
	if err := d.write(temporary, data); err != nil {
		return errors.Join(err, d.discard(temporary))
	}
	if err := d.root.Rename(temporary, file); err != nil {
		return errors.Join(err, d.discard(temporary))
	}
	return d.syncFolder(folder)
}

func (d *Dir) write(name string, data []byte) error {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Sync(); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

func (d *Dir) discard(name string) error {
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d *Dir) syncFolder(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open opens a file for reading.
func (d *Dir) Open(ctx context.Context, name string) (io.ReadSeekCloser, int64, error) {
	f, size, err := d.open(ctx, name)
	if err != nil {
		return nil, 0, fmt.Errorf("open picture file %s: %w", name, err)
	}
	return f, size, nil
}

func (d *Dir) open(ctx context.Context, name string) (*os.File, int64, error) {
	if err := checkName(name); err != nil {
		return nil, 0, err
	}
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	_, file := place(name)
	f, err := d.root.Open(file)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

// Stat is a file's size.
func (d *Dir) Stat(ctx context.Context, name string) (int64, error) {
	err := checkName(name)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return 0, fmt.Errorf("look for picture file %s: %w", name, err)
	}
	_, file := place(name)
	info, err := d.root.Stat(file)
	if err != nil {
		return 0, fmt.Errorf("look for picture file %s: %w", name, err)
	}
	return info.Size(), nil
}

// Remove deletes a file for good.
func (d *Dir) Remove(ctx context.Context, name string) error {
	err := checkName(name)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		folder, file := place(name)
		if err = d.root.Remove(file); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = d.syncFolder(folder)
		}
	}
	if err != nil {
		return fmt.Errorf("remove picture file %s: %w", name, err)
	}
	return nil
}

// Names walks the folders. What does not stand where its name belongs was not
// put there by us and is passed over.
func (d *Dir) Names(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := range 256 {
			folder := hex.EncodeToString([]byte{byte(i)})
			list, err := fs.ReadDir(d.root.FS(), folder)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield("", fmt.Errorf("list picture files: %w", err))
				return
			}
			for _, e := range list {
				name := strings.ReplaceAll(e.Name(), "~", "/")
				if checkName(name) != nil {
					continue
				}
				if at, _ := place(name); at == folder && !yield(name, nil) {
					return
				}
			}
		}
	}
}

// full marks the errors that mean a full disk.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}
