package web

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"dateline/internal/news"
)

func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		room := NewRoom(1)
		leave, err := room.Enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := room.Enter(ctx); news.KindOf(err) != news.Busy {
			t.Errorf("a second one in a room for one: %v, want busy", err)
		}
		in := make(chan error)
		go func() {
			leave, err := room.Enter(t.Context())
			if err == nil {
				leave()
			}
			in <- err
		}()
		synctest.Wait()
		leave()
		if err := <-in; err != nil {
			t.Errorf("who waited, after a place was given back: %v, want in", err)
		}
	})
	if leave, err := Room(nil).Enter(t.Context()); err != nil {
		t.Errorf("no room: %v, want in", err)
	} else {
		leave()
	}
}
