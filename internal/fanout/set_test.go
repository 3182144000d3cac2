package fanout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A Set does what a map does.
func TestSet(t *testing.T) {
	number := rapid.Uint32Range(0, 2000)
	build := func(ns []uint32) (s Set, m map[uint32]bool) {
		m = map[uint32]bool{}
		for _, n := range ns {
			s.Add(n)
			m[n] = true
		}
		return s, m
	}
	rapid.Check(t, func(t *rapid.T) {
		a, inA := build(rapid.SliceOf(number).Draw(t, "a"))
		b, inB := build(rapid.SliceOf(number).Draw(t, "b"))
		or, and, not := a.Clone(), a.Clone(), a.Clone()
		or.Or(b)
		and.And(b)
		not.AndNot(b)
		raw, _ := or.MarshalBinary()
		var back Set
		if err := back.UnmarshalBinary(raw); err != nil {
			t.Fatal(err)
		}
		n := 0
		var chunked []uint32
		for c := range or.Chunks() {
			chunk := Chunk{uint32(c), or.Chunk(uint32(c))}
			chunked = chunk.appendTo(chunked)
		}
		if !slices.Equal(chunked, slices.Collect(or.All())) {
			t.Fatalf("by chunks %v, at once %v", chunked, slices.Collect(or.All()))
		}
		for i := range uint32(2100) {
			if back.Has(i) != (inA[i] || inB[i]) || and.Has(i) != (inA[i] && inB[i]) || not.Has(i) != (inA[i] && !inB[i]) {
				t.Fatalf("%d: or %v, and %v, not %v", i, back.Has(i), and.Has(i), not.Has(i))
			}
			if back.Has(i) {
				n++
			}
		}
		if back.Count() != n {
			t.Fatalf("counts %d, has %d", back.Count(), n)
		}
		a.Remove(1)
		if a.Has(1) {
			t.Fatal("1 was removed and is there")
		}
	})
}

// A grown list becomes a bitmap and stays the same set.
func TestMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m members
		var want Set
		step := rapid.Uint32Range(1, 64).Draw(t, "step")
		for n := uint32(0); n < 3000*step; n += step {
			m.add(n)
			m.add(n)
			want.Add(n)
		}
		for _, n := range rapid.SliceOf(rapid.Uint32Range(0, 3000*step)).Draw(t, "out") {
			m.remove(n)
			want.Remove(n)
		}
		var got Set
		m.addTo(&got)
		if !slices.Equal(slices.Collect(got.All()), slices.Collect(want.All())) {
			t.Fatal("members are others")
		}
		m.takeFrom(got)
		if got.Count() != 0 {
			t.Fatalf("%d are left", got.Count())
		}
	})
}

func FuzzSet(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3})
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Set
		if s.UnmarshalBinary(b) != nil {
			return
		}
		if raw, _ := s.MarshalBinary(); string(raw) != string(b) {
			t.Errorf("%x came back as %x", b, raw)
		}
	})
}
