package segment

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// aSegment has every kind of section filled, and lists of several blocks.
func aSegment(t testing.TB) []byte {
	t.Helper()
	var docs []*Document
	r := rand.New(rand.NewPCG(1, 1))
	z := rand.NewZipf(r, 1.2, 3, 200)
	for i := range 300 {
		d := doc(fmt.Sprint("d", i), int64(i), [][]string{{fmt.Sprint("s", i%3)}, []string{"x", fmt.Sprint("t", i%9)}[:i%3]}, bigText(r, z, 30), bigText(r, z, 4), "~also")
		d.Own = []OwnTerm{{Term: d.Tokens[0].Term, Label: "Label", Weight: 9}}
		docs = append(docs, d)
	}
	b, err := buildSegment(docs, 3, &testOptions)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Any byte that is not as it was written is noticed.
func TestFlippedBits(t *testing.T) {
	whole := aSegment(t)
	if _, err := readSegment(whole, &testOptions, false); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 2))
	for i := range 2000 {
		at := r.IntN(len(whole))
		if i < 300 {
			at = len(whole) - 1 - i
		}
		whole[at] ^= 1 << r.IntN(8)
		spoilt := string(whole[at])
		if s, err := readSegment(whole, &testOptions, false); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d changed to %x is taken for a segment: %v, %v", at, spoilt, s, err)
		}
		whole = aSegmentAgain(t, whole, at)
	}
	for n := range len(whole) {
		if n > 400 && n < len(whole)-400 && n%97 != 0 {
			continue
		}
		if _, err := readSegment(whole[:n], &testOptions, false); !errors.Is(err, ErrDamaged) {
			t.Fatalf("the first %d bytes are taken for a segment: %v", n, err)
		}
	}
}

var pristine []byte

func aSegmentAgain(t testing.TB, spoilt []byte, at int) []byte {
	if pristine == nil {
		pristine = aSegment(t)
	}
	spoilt[at] = pristine[at]
	return spoilt
}

// FuzzSegment: bytes that a stranger made, with a checksum that fits, give answers or ErrDamaged, and nothing else.
func FuzzSegment(f *testing.F) {
	f.Add(uint32(9), []byte{1, 2, 3}, uint8(0))
	f.Add(uint32(4000), []byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, uint8(3))
	f.Add(uint32(1<<31), []byte{0}, uint8(7))
	whole := aSegment(f)
	for i := range uint32(40) {
		f.Add(i*uint32(len(whole))/40, []byte{byte(i * 37), 0x80, 0x7F}, uint8(i))
	}
	f.Fuzz(func(t *testing.T, at uint32, with []byte, back uint8) {
		b := append([]byte(nil), whole...)
		if back%2 == 1 { // near the footer, which says where everything is
			at = uint32(len(b)) - footerSize - uint32(back) + at%footerSize
		}
		copy(b[int(at)%len(b):], with)
		end := len(b) - footerSize
		copy(b[end:], magic)
		sum := func(at, from, to int) {
			n := crc32.Checksum(b[from:to], castagnoli)
			b[at], b[at+1], b[at+2], b[at+3] = byte(n), byte(n>>8), byte(n>>16), byte(n>>24)
		}
		sum(len(b)-8, 0, end)
		sum(len(b)-4, end, len(b)-4)
		useAll(t, b)
	})
}

// useAll reads a segment in every way there is.
func useAll(t *testing.T, b []byte) {
	s, err := readSegment(b, &testOptions, false)
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		return
	}
	if s.docs > 1<<20 || s.dictionary.n > 1<<20 {
		t.Fatal("more than there can be")
	}
	x := &Index{o: testOptions, keys: []map[string]int32{{}, {}}}
	p := &part{seg: s}
	fails := func(what string, err error) {
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	if err := func() (err error) { defer faults(&err)(); x.adopt([]*part{p}); return nil }(); err != nil {
		fails("adopt", err)
		return
	}
	v := &View{s: newState([]*part{p}, 1, x.keyLists()), x: x}
	word := func(terms ...string) Clause { return Clause{Ways: []Way{{Terms: terms}}} }
	for _, q := range []*Query{
		{Any: []Clause{word("w0"), word("w3"), word("w20")}, N: 10, Count: true, Columns: []bool{true, true}, Spans: []int64{300, 100, 0}},
		{Any: []Clause{word("w0", "w1"), {Ways: []Way{{Terms: []string{"w"}, Prefix: true}}}}, N: 5},
		{Needed: []Clause{word("w1")}, Any: []Clause{word("w2")}, Unwanted: []Clause{word("w5")}, Keys: []Key{{0, "s1"}}, N: 300, ByDate: true, From: 3, To: 200},
		{N: 5, Count: true, ByDate: true},
	} {
		_, err := v.Search(context.Background(), q)
		fails("search", err)
	}
	_, _, err = v.Document("d7")
	fails("document", err)
	fails("vocabulary", v.Vocabulary(func([]byte, int) bool { return true }))
	_, err = x.mergeInMemory([]*part{p, {seg: s}})
	fails("merge", err)
}

func FuzzManifest(f *testing.F) {
	m := manifest{analyzer: 7, applied: 9, next: 4, files: []manifestFile{{name: 1, from: -3, dead: []uint32{1, 5, 900}}, {name: 3}}}
	f.Add(m.bytes())
	f.Add([]byte(manifestMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := parseManifest(b); err == nil && len(m.files) > len(b) {
			t.Fatalf("%d files in %d bytes", len(m.files), len(b))
		}
		if len(b) > 4 { // with a checksum that fits
			n := crc32.Checksum(b[:len(b)-4], castagnoli)
			b = append(append([]byte(nil), b[:len(b)-4]...), byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
			if m, err := parseManifest(b); err == nil && len(m.files) > len(b) {
				t.Fatalf("%d files in %d bytes", len(m.files), len(b))
			}
		}
	})
}

// What is not whole is left out, the rest serves, and Applied says from where to replay.
func TestLostSegment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	x := openTest(t, path, testOptions)
	for change := int64(1); change <= 3; change++ {
		if err := x.Apply(change*10, []*Document{doc(fmt.Sprint(change), change, nil, "a")}, nil); err != nil {
			t.Fatal(err)
		}
		if err := x.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + ".d/*.seg")
	if err != nil || len(files) != 3 {
		t.Fatalf("files %q, %v", files, err)
	}
	if err := os.Truncate(files[1], 100); err != nil {
		t.Fatal(err)
	}
	x, lost, err := Open(path, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	if !errors.Is(lost, ErrDamaged) {
		t.Errorf("lost = %v, want ErrDamaged", lost)
	}
	v := view(t, x)
	if v.Applied() != 10 || v.Len() != 2 {
		t.Errorf("%d documents at change %d, want 2 at 10", v.Len(), v.Applied())
	}
	left, err := filepath.Glob(path + ".d/*.seg")
	if err != nil || len(left) != 2 {
		t.Errorf("files left: %q, %v", left, err)
	}
}
