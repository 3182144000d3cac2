package site

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDiffWords(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          []DiffRun
	}{
		{"", "", nil},
		{"the same", "the same", []DiffRun{{DiffKeep, "the same"}}},
		{"", "all new", []DiffRun{{DiffInsert, "all new"}}},
		{"all gone", "", []DiffRun{{DiffDelete, "all gone"}}},
		{"It is 3.4 kilometres.", "It is 3.1 kilometres.", []DiffRun{{DiffKeep, "It is "}, {DiffDelete, "3.4"}, {DiffInsert, "3.1"}, {DiffKeep, " kilometres."}}},
		// One change, though the space between the words stayed.
		{"a red house", "a blue barn", []DiffRun{{DiffKeep, "a "}, {DiffDelete, "red house"}, {DiffInsert, "blue barn"}}},
		// Words that happen to stand in both do not hold two sentences together.
		{"The storm has moved inland and the search goes on.", "Eleven people have died and power is back.",
			[]DiffRun{{DiffDelete, "The storm has moved inland and the search goes on."}, {DiffInsert, "Eleven people have died and power is back."}}},
		{"At least four people have died, the service said on Wednesday.", "At least nine people have died, the service said on Thursday night.",
			[]DiffRun{{DiffKeep, "At least "}, {DiffDelete, "four"}, {DiffInsert, "nine"}, {DiffKeep, " people have died, the service said on "}, {DiffDelete, "Wednesday."}, {DiffInsert, "Thursday night."}}},
		{"قال الوزير أمس", "قال الوزير اليوم", []DiffRun{{DiffKeep, "قال الوزير "}, {DiffDelete, "أمس"}, {DiffInsert, "اليوم"}}},
	} {
		if d := cmp.Diff(c.want, DiffWords(c.before, c.after)); d != "" {
			t.Errorf("from %q to %q (-want +got):\n%s", c.before, c.after, d)
		}
	}
}

func TestDiffParagraphs(t *testing.T) {
	got := DiffParagraphs([]string{"one", "two", "three", "four"}, []string{"one", "two and", "three", "four", "five"})
	want := []ChangedParagraph{{Skipped: true}, {Runs: []DiffRun{{DiffKeep, "two"}, {DiffInsert, " and"}}}, {Skipped: true}, {Runs: []DiffRun{{DiffInsert, "five"}}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	// A paragraph that was put in does not push the others against strangers.
	got = DiffParagraphs(
		[]string{"Nine people have died in the storm.", "The coaster Perpetua is missing.", "In shelters: about 61,000 people"},
		[]string{"The port has reopened.", "Eleven people have died in the storm.", "In shelters: about 18,000 people"})
	want = []ChangedParagraph{
		{Runs: []DiffRun{{DiffInsert, "The port has reopened."}}},
		{Runs: []DiffRun{{DiffDelete, "Nine"}, {DiffInsert, "Eleven"}, {DiffKeep, " people have died in the storm."}}},
		{Runs: []DiffRun{{DiffDelete, "The coaster Perpetua is missing."}}},
		{Runs: []DiffRun{{DiffKeep, "In shelters: about "}, {DiffDelete, "61,000"}, {DiffInsert, "18,000"}, {DiffKeep, " people"}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("a rewritten story (-want +got):\n%s", d)
	}
	if got := DiffParagraphs([]string{"a", "b"}, []string{"a", "b"}); got != nil {
		t.Errorf("the same text differs: %v", got)
	}
}

// What is kept and deleted is the old text, what is kept and inserted the new.
func TestDiffLosesNothing(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab é\nש ")), 0, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		var was, is strings.Builder
		for _, r := range DiffWords(before, after) {
			if r.Op != DiffInsert {
				was.WriteString(r.Text)
			}
			if r.Op != DiffDelete {
				is.WriteString(r.Text)
			}
		}
		if was.String() != before || is.String() != after {
			t.Fatalf("from %q to %q gave %q to %q", before, after, was.String(), is.String())
		}
	})
}

// Two texts of two megabytes that share nothing must not take the server down.
func TestDiffIsBounded(t *testing.T) {
	a, b := strings.Repeat("a b ", 500_000)+"a", strings.Repeat("c d ", 500_000)+"c"
	if got := DiffWords(a, b); len(got) != 2 {
		t.Errorf("%d runs, want the whole old and the whole new text", len(got))
	}
}
