package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"dateline/internal/search"
	"dateline/internal/store"
)

// openIndex opens the search index at path for the database s. One that was made of
// another line of changes (the folder is older than the backup that was restored) is
// removed first, however well its numbers would fit.
func openIndex(ctx context.Context, s *store.Store, path string, o search.Options) (*search.Index, error) {
	timeline, ours, err := indexIsOf(ctx, s, path)
	if err != nil {
		return nil, err
	}
	if !ours {
		for _, f := range []string{path, path + "-wal", path + "-shm"} {
			if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("remove the search index of another database: %w", err)
			}
		}
		if err := os.WriteFile(path+markEnding, []byte(timeline), 0o600); err != nil {
			return nil, fmt.Errorf("mark the search index: %w", err)
		}
	}
	x, err := search.Open(path, o)
	if err != nil {
		return nil, fmt.Errorf("open the search index: %w; remove the file, it is made anew from the database", err)
	}
	return x, nil
}

// markEnding names the file beside an index that says which line of changes it is of.
const markEnding = ".timeline"

// indexIsOf gives the database's line of changes, and whether the index at path was
// made of it.
func indexIsOf(ctx context.Context, s *store.Store, path string) (timeline string, ours bool, err error) {
	if timeline, err = s.Timeline(ctx); err != nil {
		return "", false, err
	}
	have, err := os.ReadFile(path + markEnding)
	if errors.Is(err, fs.ErrNotExist) {
		return timeline, false, nil
	}
	return timeline, string(have) == timeline, err
}
