package main

import (
	"context"
	"path/filepath"
	"testing"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/webpush"
)

// A drill that the end of its process cut off found nothing out: nobody is woken for it,
// and what the last one found stands.
func TestADrillThatIsCutOff(t *testing.T) {
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "news.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, end := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		told := ""
		d := &drill{store: s, tell: func(_, what string, _ bool) { told = what }, keys: func(context.Context) (*webpush.Key, error) {
			if end {
				cancel()
			}
			return nil, news.Missing("key")
		}}
		_, err := d.hold(ctx, news.NewID[news.AlertID]())
		cancel()
		last, lastErr := lastDrill(t.Context(), s)
		if lastErr != nil {
			t.Fatal(lastErr)
		}
		if end != (err != nil) || end != (told == "") || end != (last == nil) {
			t.Errorf("cut off %v: %v; the operator heard %q, kept is %+v", end, err, told, last)
		}
	}
}
