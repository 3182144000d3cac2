package news

import (
	"pgregory.net/rapid"
	"slices"
	"testing"
)

// Recipients do what a map does.
func TestRecipients(t *testing.T) {
	number := rapid.Uint32Range(0, 2000)
	build := func(ns []uint32) (s Recipients, m map[uint32]bool) {
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
		var back Recipients
		if err := back.UnmarshalBinary(raw); err != nil {
			t.Fatal(err)
		}
		n := 0
		var chunked []uint32
		for c := range or.Chunks() {
			chunk := DeliveryChunk{N: uint32(c), Todo: or.Chunk(uint32(c))}
			chunked = chunk.AppendTo(chunked)
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
