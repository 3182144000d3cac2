package store

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestWritersBesideALongReader: a backup reads for minutes from the state it began
// with. The log that grows meanwhile is no reason to keep anybody from publishing.
func TestWritersBesideALongReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "news.db")
	s, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	long, err := s.r.BeginTx(t.Context(), s.dialect.snapshot())
	if err != nil {
		t.Fatal(err)
	}
	defer long.Rollback()
	var n int
	if err := long.QueryRow(`SELECT count(*) FROM setting`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	save := func(key, value string) {
		t.Helper()
		began := time.Now()
		if _, err := s.write(t.Context(), func(x *tx) error { return x.setSetting(key, value) }); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("a writer waited %v", took)
		}
	}
	large := strings.Repeat("words ", 2<<20)
	for i := range 1 + walLimit/len(large) {
		save("large"+strconv.Itoa(i), large)
	}
	for end := time.Now().Add(time.Second); time.Now().Before(end); { // some rounds of the checkpointer
		save("small", "words")
	}
	long.Rollback()
	for end := time.Now().Add(30 * time.Second); ; {
		save("small", "words")
		if log, err := os.Stat(path + "-wal"); err != nil {
			t.Fatal(err)
		} else if log.Size() < walLimit {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the log holds %d bytes though nobody reads from it", log.Size())
		}
	}
}
