package fanout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"dateline/internal/news"
)

// A grown list becomes a bitmap and stays the same set.
func TestMembers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m members
		var want news.Recipients
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
		var got news.Recipients
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

func FuzzRecipients(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 2, 3})
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		var s news.Recipients
		if s.UnmarshalBinary(b) != nil {
			return
		}
		if raw, _ := s.MarshalBinary(); string(raw) != string(b) {
			t.Errorf("%x came back as %x", b, raw)
		}
	})
}
