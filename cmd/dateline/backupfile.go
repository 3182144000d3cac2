package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"dateline/internal/mediastore"
	"dateline/internal/news"
	"dateline/internal/store"
)

// A backup is a gzipped tar: "rows.jsonl" in parts, then the picture files, then
// "manifest.json" with the checksum of each, so that a cut or changed one is known.
// The rows are the same for both engines: a backup moves a newsroom between them.

const partRows = 2000 // rows in one part, so that no part needs much memory

type counts struct{ rows, files int }

// manifest is the last entry of a backup.
type manifest struct {
	Format   int               `json:"format"`
	Made     time.Time         `json:"made"`
	Engine   string            `json:"engine"`
	Rows     int               `json:"rows"`
	Checksum map[string]string `json:"sha256"`
}

type dumpRow struct {
	Table   string   `json:"t"`
	Columns []string `json:"c,omitempty"` // when they differ from the row before
	Values  []any    `json:"v"`
}

// writeBackup writes everything as of one moment to w. Picture files never change
// and are read after the rows, so every file that a row names is there.
func writeBackup(ctx context.Context, w io.Writer, s *store.Store, files mediastore.Store) (counts, error) {
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return counts{}, err
	}
	out := tar.NewWriter(zip)
	m := manifest{Format: 1, Made: s.Now(), Engine: s.Engine(), Checksum: map[string]string{}}
	put := func(name string, data []byte) error {
		sum := sha256.Sum256(data)
		m.Checksum[name] = hex.EncodeToString(sum[:])
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(data)), ModTime: m.Made}); err != nil {
			return err
		}
		_, err := out.Write(data)
		return err
	}
	var part bytes.Buffer
	enc := json.NewEncoder(&part)
	enc.SetEscapeHTML(false)
	parts, inPart, table := 0, 0, ""
	wanted := pictureNames{}
	flush := func() error {
		if part.Len() == 0 {
			return nil
		}
		parts++
		err := put(fmt.Sprintf("rows/%06d.jsonl", parts), part.Bytes())
		part.Reset()
		inPart, table = 0, ""
		return err
	}
	err = s.Dump(ctx, func(t string, columns []string, values []any) error {
		r := dumpRow{Table: t, Values: values}
		if t != table {
			r.Columns, table = columns, t
		}
		m.Rows++
		if t == "picture" {
			if err := wanted.add(columns, values); err != nil {
				return err
			}
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
		if inPart++; inPart == partRows || part.Len() > 32<<20 {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	n := counts{rows: m.Rows}
	if err == nil {
		for name, ferr := range files.Names(ctx) {
			if ferr != nil {
				err = ferr
				break
			}
			data, ferr := readAll(ctx, files, name)
			if ferr != nil {
				err = fmt.Errorf("back up picture file %s: %w", name, ferr)
				break
			}
			if err = put("media/"+name, data); err != nil {
				break
			}
			n.files++
			delete(wanted, name)
		}
	}
	if err == nil && len(wanted) > 0 {
		for name := range wanted {
			err = fmt.Errorf("%d picture files are missing, %s among them; is --media right? See: dateline doctor", len(wanted), name)
			break
		}
	}
	if err == nil {
		var b []byte
		if b, err = json.MarshalIndent(m, "", " "); err == nil {
			err = put("manifest.json", b)
		}
	}
	if err == nil {
		err = errors.Join(out.Close(), zip.Close())
	}
	if err != nil {
		return n, fmt.Errorf("write the backup: %w", err)
	}
	return n, nil
}

// pictureNames are the files that the rows of pictures name: a backup without one of
// them is no backup.
type pictureNames map[string]bool

func (w pictureNames) add(columns []string, values []any) error {
	var p news.Picture
	for i, c := range columns {
		text, _ := values[i].(string)
		switch c {
		case "hash":
			p.Hash = text
		case "renditions":
			if err := json.Unmarshal([]byte(text), &p.Renditions); err != nil {
				return fmt.Errorf("read the renditions of a picture: %w", err)
			}
		}
	}
	w[p.File(news.Rendition{})] = true
	for _, r := range p.Renditions {
		w[p.File(r)] = true
	}
	return nil
}

func readAll(ctx context.Context, files mediastore.Store, name string) ([]byte, error) {
	f, _, err := files.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// maxEntry bounds what one entry of a backup may make us hold.
const maxEntry = 1 << 30

// eachEntry reads a backup's entries in order and gives each with its checksum
// verified against the manifest afterwards: the manifest comes last, so the caller
// must not rely on data before the whole walk returned nil.
func eachEntry(path string, entry func(name string, data []byte) error) (m manifest, err error) {
	f, err := os.Open(path)
	if err != nil {
		return m, errors.Unwrap(err) // whoever calls names the file
	}
	defer f.Close()
	all := bufio.NewReaderSize(f, 1<<20)
	zip, err := gzip.NewReader(all)
	if err != nil {
		return m, errors.New("this is no Dateline backup")
	}
	zip.Multistream(false) // whatever follows is not ours
	in := tar.NewReader(zip)
	sums := map[string]string{}
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return m, errors.New("the backup is cut short: its manifest is missing")
		}
		if err != nil {
			return m, fmt.Errorf("the backup is damaged: %w", err)
		}
		if h.Size > maxEntry {
			return m, fmt.Errorf("the backup is damaged: %s is too large", h.Name)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			return m, fmt.Errorf("the backup is damaged: %w", err)
		}
		if h.Name == "manifest.json" {
			if err := json.Unmarshal(data, &m); err != nil || m.Format != 1 {
				return m, errors.New("the backup was made by a version that this one does not know")
			}
			break
		}
		sum := sha256.Sum256(data)
		sums[h.Name] = hex.EncodeToString(sum[:])
		if err := entry(h.Name, data); err != nil {
			return m, err
		}
	}
	if len(sums) != len(m.Checksum) {
		return m, fmt.Errorf("the backup is damaged: it has %d entries, its manifest %d", len(sums), len(m.Checksum))
	}
	for name, sum := range m.Checksum {
		if sums[name] != sum {
			return m, fmt.Errorf("the backup is damaged: %s is not as it was written", name)
		}
	}
	// What follows the manifest is only the end of the archive; reading it checks
	// gzip's own sum.
	if _, err := io.Copy(io.Discard, zip); err != nil {
		return m, fmt.Errorf("the backup is damaged: %w", err)
	}
	if _, err := all.ReadByte(); !errors.Is(err, io.EOF) {
		return m, errors.New("the backup is damaged: something follows its end")
	}
	return m, nil
}

// verifyFile checks every checksum of a backup.
func verifyFile(path string) (counts, error) {
	var n counts
	m, err := eachEntry(path, func(name string, data []byte) error {
		if strings.HasPrefix(name, "media/") {
			n.files++
			return nil
		}
		n.rows += bytes.Count(data, []byte("\n"))
		return nil
	})
	if err == nil && n.rows != m.Rows {
		err = fmt.Errorf("the backup is damaged: it has %d rows, its manifest says %d", n.rows, m.Rows)
	}
	return n, err
}

// readBackup puts a verified backup back, and verifies it again as it goes. All rows
// are one transaction that ends after the last picture file is there, so that no row
// ever names a file that is not; one entry of the backup is held at a time.
func readBackup(ctx context.Context, path string, s *store.Store, files mediastore.Store) (counts, error) {
	var n counts
	if empty, err := s.Empty(ctx); err != nil || !empty {
		return n, errors.Join(errors.New("the database is not empty: restore into a new one"), err)
	}
	for _, err := range files.Names(ctx) {
		if err != nil {
			return n, fmt.Errorf("look whether there are pictures: %w", err)
		}
		return n, errors.New("there are pictures already: restore into an empty --media")
	}
	err := s.Load(ctx, func(put putRow) error {
		n = counts{}
		_, err := eachEntry(path, func(name string, data []byte) error {
			if file, ok := strings.CutPrefix(name, "media/"); ok {
				n.files++
				return files.Put(ctx, file, data)
			}
			rows, err := putRows(data, put)
			n.rows += rows
			return err
		})
		return err
	})
	return n, err
}

type putRow = func(table string, columns []string, values []any) error

// putRows puts back one part of the rows; each part names its columns anew.
func putRows(part []byte, put putRow) (n int, err error) {
	dec := json.NewDecoder(bytes.NewReader(part))
	dec.UseNumber()
	var columns []string
	for ; ; n++ {
		var r dumpRow
		if err := dec.Decode(&r); errors.Is(err, io.EOF) {
			return n, nil
		} else if err != nil {
			return n, fmt.Errorf("read the backup: %w", err)
		}
		if r.Columns != nil {
			columns = r.Columns
		}
		for i, v := range r.Values {
			if num, ok := v.(json.Number); ok {
				if r.Values[i], err = num.Int64(); err != nil {
					return n, fmt.Errorf("read the backup: %w", err)
				}
			}
		}
		if err := put(r.Table, columns, r.Values); err != nil {
			return n, err
		}
	}
}
