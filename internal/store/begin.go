package store

import (
	"errors"
	"io/fs"
	"os"
)

// begin makes the file of a new database readable by its owner alone: SQLite would let
// everybody read it, drafts and all, in a folder that was not made by us. What SQLite
// puts beside it gets the same mode. A file that is there keeps the mode that somebody
// chose, and is not opened: closing it would give up the locks that this process has on it.
func begin(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}
