package archive

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzWordPress: no bytes make the reader panic, hang, or yield what breaks its own
// promises.
func FuzzWordPress(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		data, _ := os.ReadFile(file)
		f.Add([]byte(wxrHead + string(data) + wxrTail))
		f.Add([]byte(wxrHead + post(1, "Fuzz", string(data)) + wxrTail))
	}
	f.Add([]byte("\x1f\x8b\x08\x00\x00"))
	f.Add([]byte("\xff\xfe<\x00r\x00s\x00s\x00>\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{MaxItem: 1 << 16, MaxFile: 1 << 20}
		file := dumpRecords(t, bytes.NewReader(data), o)
		again := dumpRecords(t, bytes.NewReader(data), o)
		if file != again {
			t.Error("two reads differ")
		}
	})
}

func dumpRecords(t *testing.T, r io.Reader, o Options) string {
	var b strings.Builder
	for r, err := range WordPress(context.Background(), r, o) {
		if err != nil {
			fmt.Fprintln(&b, err)
			continue
		}
		if s, ok := r.(*Story); ok {
			if s.Key == "" {
				t.Errorf("a story without a key: %+v", s)
			}
			if s.Status == Published && s.OldStatus != "publish" {
				t.Errorf("%q came as published", s.OldStatus)
			}
		}
		b.WriteString(dump(r))
	}
	return b.String()
}
