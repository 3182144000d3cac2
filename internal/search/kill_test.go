package search

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// changeOf puts document n and removes document n-3: whatever number a kill falls on, exactly three are to be found.
func changeOf(n int64) ([]Document, []string) {
	doc := Document{ID: fmt.Sprint(n), Headline: fmt.Sprintf("harbour number%d", n), Body: manyWords(200), Topics: []string{"sea"}}
	return []Document{doc}, []string{fmt.Sprint(n - 3)}
}

// TestKilledWhileApplying kills a process that applies changes, again and again: what it acknowledged is in the index,
// and the index holds exactly what its number says.
func TestKilledWhileApplying(t *testing.T) {
	if path := os.Getenv("SEARCH_TEST_KILLED"); path != "" {
		applyUntilKilled(path)
	}
	rounds := 12
	if testing.Short() {
		rounds = 3
	}
	path := filepath.Join(t.TempDir(), "search.db")
	for round := range rounds {
		acknowledged := killedChild(t, path, 1+rand.IntN(60))
		x := openIndex(t, path)
		n, err := x.Applied(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if x.Lost() != nil {
			t.Fatalf("round %d: %v", round, x.Lost())
		}
		if n < acknowledged {
			t.Fatalf("round %d: change %d was acknowledged, but applied is %d", round, acknowledged, n)
		}
		wantChanges(t, x, n)
		if err := x.Check(context.Background()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// wantChanges looks whether exactly the changes up to n are in x.
func wantChanges(t *testing.T, x *Index, n int64) {
	t.Helper()
	res := find(t, x, Query{Text: "harbour", Topic: "sea"})
	if res.Total != int(min(n, 3)) || x.Len() != res.Total {
		t.Fatalf("%d documents found and %d held after change %d, want %d", res.Total, x.Len(), n, min(n, 3))
	}
	for i := max(1, n-2); i <= n; i++ {
		if got := ids(find(t, x, Query{Text: fmt.Sprint(`"number`, i, `"`)}).Hits); got != fmt.Sprint(i) {
			t.Fatalf("number%d finds %q after change %d", i, got, n)
		}
	}
}

// killedChild lets a process apply changes, kills it some time after it acknowledged n of them, and gives the last
// number that it did.
func killedChild(t *testing.T, path string, n int) (acknowledged int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKilledWhileApplying$")
	child.Env = append(os.Environ(), "SEARCH_TEST_KILLED="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for seen := 0; lines.Scan(); seen++ {
		if acknowledged, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
			t.Fatalf("child says %q", lines.Text())
		}
		if seen == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // killed
	return acknowledged
}

func applyUntilKilled(path string) {
	ctx := context.Background()
	x, err := Open(path, Options{})
	if err != nil {
		panic(err)
	}
	n, err := x.Applied(ctx)
	if err != nil {
		panic(err)
	}
	for {
		n++
		put, remove := changeOf(n)
		if err := x.Apply(ctx, n, put, remove); err != nil {
			panic(err)
		}
		fmt.Println(n)
	}
}
