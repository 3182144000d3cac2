package store_test

import (
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"dateline/internal/news"
	"dateline/internal/store"
	"dateline/internal/store/pgtest"
)

// TestRoomForACommand: of ten connections that the database gives, a busy server
// takes eight with its listener's, and the other two are enough for a command.
func TestRoomForACommand(t *testing.T) {
	address := pgtest.Database(t)
	ctx := t.Context()
	connect := func() *pgx.Conn {
		c, err := pgx.Connect(ctx, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(ctx) })
		return c
	}
	watch := connect()
	count := func() (open, most int) {
		if err := watch.QueryRow(ctx, `
			SELECT (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user), rolconnlimit
			FROM pg_roles WHERE rolname = current_user`).Scan(&open, &most); err != nil {
			t.Fatal(err)
		}
		return open, most
	}
	server, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var busy sync.WaitGroup
	for range 60 {
		busy.Go(func() { server.Stories(ctx, news.StoryList{Text: "harbour"}) })
		busy.Go(func() { draft(t, server, content("Harbour")) })
	}
	busy.Wait()
	open, most := count() // the pools keep what they opened
	if open-1 > 8 {
		t.Errorf("a busy server holds %d connections, want at most 8", open-1)
	}
	if most < 10 {
		t.Fatalf("the role may have %d connections; this test needs a limit", most)
	}
	// The server's listener may still be on its way: count it in.
	for range most - max(open, 9) - 2 {
		connect()
	}
	command, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer command.Close()
	draft(t, command, content("Harbour"))
	if _, _, err := command.Stories(ctx, news.StoryList{}); err != nil {
		t.Errorf("a command with two connections: %v", err)
	}
}
