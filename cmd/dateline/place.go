package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dateline/internal/mediastore"
	"dateline/internal/news"
	"dateline/internal/store"
)

// place is where everything is kept; every command takes it as serve does.
type place struct {
	Data     string `help:"Folder for everything that is kept." default:"./dateline-data" placeholder:"DIR" env:"DATELINE_DATA"`
	Database string `help:"sqlite:PATH (default: in the data folder) or postgres://user@host/name." placeholder:"ADDRESS" env:"DATELINE_DATABASE"`
	TimeZone string `help:"The site's time zone, like Europe/Berlin." default:"UTC" placeholder:"ZONE" env:"DATELINE_TIME_ZONE"`
}

// media is where pictures are kept.
type media struct {
	Media string `help:"Pictures: file:DIR (default: in the data folder) or s3://bucket?endpoint=…" placeholder:"ADDRESS" env:"DATELINE_MEDIA"`
}

// database is the address to open.
func (p *place) database() string {
	if p.Database != "" {
		return p.Database
	}
	return "sqlite:" + filepath.Join(p.Data, "dateline.db")
}

func (p *place) zone() (*time.Location, error) {
	z, err := time.LoadLocation(p.TimeZone)
	if err != nil || p.TimeZone == "Local" {
		return nil, wrongUsage("--time-zone: %q is no time zone; use one like Europe/Berlin", p.TimeZone)
	}
	return z, nil
}

// open opens the database, migrating it if need be.
func (p *place) open(ctx context.Context, log *slog.Logger) (*store.Store, error) {
	return p.openIn(ctx, log, "")
}

// openIn is open for a site in a language: a new one's sections are named in it.
func (p *place) openIn(ctx context.Context, log *slog.Logger, language string) (*store.Store, error) {
	zone, err := p.zone()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w; choose another with --data", err)
	}
	return store.Open(ctx, p.database(), store.Options{Zone: zone, Language: language, Log: log})
}

// openExisting is open for commands that work on a newsroom that must be there: a
// mistyped --data should not make an empty one.
func (p *place) openExisting(ctx context.Context, log *slog.Logger) (*store.Store, error) {
	if path, ok := strings.CutPrefix(p.database(), "sqlite:"); ok {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("there is no newsroom at %s; start one with \"dateline serve\", or say where it is with --data or --database", path)
		}
	}
	return p.open(ctx, log)
}

// files opens the picture files at spec; empty means in the data folder, as does a
// path that is not absolute.
func (p *place) files(ctx context.Context, spec string) (*pictureFiles, error) {
	m, err := mediastore.Open(ctx, spec, p.Data)
	if err != nil {
		return nil, fmt.Errorf("open the pictures %s: %w", spec, err)
	}
	return &pictureFiles{m}, nil
}

// pictureFiles gives the media store's errors the newsroom's meaning.
type pictureFiles struct{ mediastore.Store }

// Put keeps a file durably.
func (f *pictureFiles) Put(ctx context.Context, name string, data []byte) error {
	err := f.Store.Put(ctx, name, data)
	if errors.Is(err, mediastore.ErrFull) {
		return errors.Join(news.Refuse(news.Full, "There is no room for this picture. Nothing was saved; ask whoever runs the server to make room, then try again."), err)
	}
	return err
}

// logger writes the operator's lines.
func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
}
