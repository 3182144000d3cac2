package mediastore

import "testing"

func TestBucketOutlivesABusyService(t *testing.T) {
	f, url := startS3(t)
	b, err := OpenBucket(t.Context(), "s3://pictures?region=eu-1&endpoint="+url)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.broken = 2
	f.mu.Unlock()
	put(t, b, "a", []byte("x"))
	if got := read(t, b, "a"); string(got) != "x" {
		t.Errorf("%q, want x", got)
	}
}
