package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"

	"dateline/internal/news"
)

//go:embed migrations
var migrations embed.FS

func (s *Store) provider() (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations/"+s.dialect.name())
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(s.dialect.goose(), s.w, dir, goose.WithDisableGlobalRegistry(true))
}

// migrate brings the schema to this binary's. A newer one is refused before
// anything is written.
func (s *Store) migrate(ctx context.Context) error {
	have, newest, err := s.schema(ctx)
	if err != nil {
		return s.translate(err)
	}
	if have > newest {
		return fmt.Errorf("the database was written by a newer Dateline (schema %d; this one knows %d): install that version or restore a backup; nothing was changed", have, newest)
	}
	if have == newest {
		return nil
	}
	p, err := s.provider()
	if err != nil {
		return err
	}
	if err := s.dialect.migrating(ctx, s, func() error {
		_, err := p.Up(ctx) // nothing, if another process was faster
		return err
	}); err != nil {
		return s.translate(fmt.Errorf("migrate the database from schema %d to %d: %w", have, newest, err))
	}
	return nil
}

// schema gives the database's schema and the newest this binary knows, by reading
// alone: goose would make its table while asking.
func (s *Store) schema(ctx context.Context) (have, newest int64, err error) {
	files, err := fs.ReadDir(migrations, "migrations/"+s.dialect.name())
	if err != nil {
		return 0, 0, err
	}
	for _, f := range files {
		v, err := goose.NumericComponent(f.Name())
		if err != nil {
			return 0, 0, err
		}
		newest = max(newest, v)
	}
	var there int
	if err := s.r.QueryRowContext(ctx, s.dialect.counts(), "goose_db_version").Scan(&there); err != nil {
		return 0, 0, fmt.Errorf("read the database's schema: %w", err)
	}
	if there == 0 {
		return 0, newest, nil
	}
	if err := s.r.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE version_id > 0`).Scan(&have); err != nil {
		return 0, 0, fmt.Errorf("read the database's schema: %w", err)
	}
	return have, newest, nil
}

// Pending lists what the next start would change, in order; empty when nothing.
func (s *Store) Pending(ctx context.Context) ([]string, error) {
	have, newest, err := s.schema(ctx)
	if err != nil {
		return nil, s.translate(err)
	}
	if have > newest {
		return nil, fmt.Errorf("the database was written by a newer Dateline (schema %d; this one knows %d)", have, newest)
	}
	files, err := fs.ReadDir(migrations, "migrations/"+s.dialect.name())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, f := range files {
		if v, err := goose.NumericComponent(f.Name()); err == nil && v > have {
			names = append(names, strings.TrimSuffix(f.Name(), ".sql"))
		}
	}
	return names, nil
}

// firstSections gives a new site its sections, once: an editor may remove them.
func (s *Store) firstSections(ctx context.Context, language string) error {
	v, err := s.Setting(ctx, "sections_made")
	if err != nil {
		return err
	}
	if v != "" {
		return s.firstTimeline(ctx)
	}
	_, err = s.write(ctx, func(t *tx) error {
		if first, err := t.firstSetting("sections_made", "1"); err != nil || !first {
			return err
		}
		for _, sec := range news.FirstSections(language) {
			if err := t.saveSection(sec); err != nil {
				return err
			}
		}
		return t.setSetting("timeline", news.Secret())
	})
	return err
}

// firstTimeline gives a database of before there were timelines one of its own.
func (s *Store) firstTimeline(ctx context.Context) error {
	if v, err := s.Setting(ctx, "timeline"); err != nil || v != "" {
		return err
	}
	_, err := s.write(ctx, func(t *tx) error {
		_, err := t.firstSetting("timeline", news.Secret())
		return err
	})
	return err
}

// Timeline names the line of changes that this database is on. Numbers of changes
// compare only within one: a restored backup goes on from where it was made, so what
// was derived from the database it was taken of (an index) is not derived from it.
func (s *Store) Timeline(ctx context.Context) (string, error) { return s.Setting(ctx, "timeline") }
