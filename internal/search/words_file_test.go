package search

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// tear leaves half of a batch at the end of the file, as a crash does.
func tear(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte{200, 0, 0, 0, 1, 2, 3, 4, 5, 'h', 'e'}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// wordsOf are what is heard of a document.
func wordsOf(d Document, language string) []heard {
	by := speakerOf(language)
	h := newListener()
	for i, text := range []string{d.Headline, d.Standfirst, d.Body, d.Captions, d.Labels} {
		analyse(text, &by, func(t token) { h.hear(i, t, text) })
	}
	return h.words()
}

func TestWordsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.words")
	w, err := openWords(path, false)
	if err != nil {
		t.Fatal(err)
	}
	say := func(text string) {
		t.Helper()
		if err := w.hear([]*entry{{id: text, heard: wordsOf(Document{Body: text}, "en")}}, func(string) bool { return false }); err != nil {
			t.Fatal(err)
		}
	}
	for range 5000 {
		say("The harbour of Erdoğan and al-Kadhimi")
	}
	say("McDonald")
	size := w.size
	check := func(when string, least uint32) {
		t.Helper()
		for key, shown := range map[string]string{"harbour": "harbour", "erdogan": "Erdoğan", "kadhimi": "al-Kadhimi", "mcdonald": "McDonald"} {
			n, ok := w.find(key)
			if !ok {
				t.Fatalf("%s: %s is not known", when, key)
			}
			if got := w.shown(&w.words[n]); got != shown {
				t.Errorf("%s: %s is shown %q, want %q", when, key, got, shown)
			}
			if docs := w.words[n].docs; key != "mcdonald" && (docs < least || docs > 5000) {
				t.Errorf("%s: %s in %d documents, want %d to 5000", when, key, docs, least)
			}
		}
	}
	check("at first", 5000)
	if size > 4096 {
		t.Errorf("%d bytes for seven words in 5000 documents", size)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	tear(t, path)
	if w, err = openWords(path, true); err != nil {
		t.Fatal(err)
	}
	check("after a tear", 2500)
	if w.size != size {
		t.Errorf("%d bytes after a tear, want %d", w.size, size)
	}
	if err := w.rewrite(path); err != nil {
		t.Fatal(err)
	}
	say("anything")
	check("rewritten", 2500)
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	if w, err = openWords(path, true); err != nil {
		t.Fatal(err)
	}
	check("read again", 2500)
	if _, ok := w.find("anything"); !ok {
		t.Error("what came after rewriting is lost")
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	// One that is missing, empty or of another version does not belong to an index that has documents.
	for _, b := range [][]byte{nil, []byte("x"), bytes.Repeat([]byte{0}, 100)} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openWords(path, true); !errors.Is(err, errVersion) {
			t.Errorf("opening %d bytes: %v, want errVersion", len(b), err)
		}
	}
}

// FuzzWordsFile: whatever stands in the file, what can be read of it is words.
func FuzzWordsFile(f *testing.F) {
	f.Add([]byte("\x03foo\x00\x01\x01\x03bar\x03Bar\x02\x00"))
	f.Add([]byte("\xff"))
	f.Add([]byte("\x00\x00\x01\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := newLexicon()
		x.restore(b)
		for n := range x.words {
			w := &x.words[n]
			if got, ok := x.find(x.key(w)); !ok || got != uint32(n) {
				t.Fatalf("word %d is found as %d", n, got)
			}
			x.shown(w)
			x.respell(x.key(w))
			x.variants(x.key(w), func(string) bool { return true })
		}
		x.beginning("a", func(uint32) {})
	})
}
