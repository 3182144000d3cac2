package searchpeer

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"
)

// batch is how many articles are put at once.
const batch = 500

func (o order) make(open func(dir string) (Engine, error)) (m made, err error) {
	began := processCPU()
	for _, err := range linesOf[Article](o.Articles) {
		if err != nil {
			return m, err
		}
	}
	reading := processCPU() - began
	began = processCPU()
	e, err := open(o.Dir)
	if err != nil {
		return m, err
	}
	put := func(list []Article) error {
		at := time.Now()
		defer func() { m.Wall += time.Since(at) }()
		return e.Put(list)
	}
	var list []Article
	for a, err := range linesOf[Article](o.Articles) {
		if err != nil {
			return m, errors.Join(err, e.Close())
		}
		m.Articles++
		if list = append(list, a); len(list) == batch {
			if err := put(list); err != nil {
				return m, errors.Join(err, e.Close())
			}
			list = nil
		}
	}
	if len(list) > 0 {
		err = put(list)
	}
	at := time.Now()
	if err := errors.Join(err, e.Close()); err != nil {
		return m, err
	}
	m.Wall += time.Since(at)
	m.CPU = max(time.Millisecond, processCPU()-began-reading)
	m.Bytes, err = sizeOf(o.Dir)
	return m, err
}

func linesOf[T any](path string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		f, err := os.Open(path)
		if err != nil {
			yield(none, err)
			return
		}
		defer f.Close()
		for dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<20)); ; {
			var v T
			err := dec.Decode(&v)
			if errors.Is(err, io.EOF) || !yield(v, err) || err != nil {
				return
			}
		}
	}
}

func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}
