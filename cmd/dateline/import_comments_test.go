package main

import (
	"testing"
	"time"

	"dateline/internal/archive"
	"dateline/internal/news"
)

// However deep threads were, answers stand below the first comment and name what they
// answer; what answers something that is not brought stands by itself.
func TestForeignComments(t *testing.T) {
	day := time.Date(2012, 1, 3, 10, 0, 0, 0, time.UTC)
	list := []*archive.Comment{
		{OldID: "1", Approval: archive.Approved, Author: "Ann", Date: day, Text: "first"},
		{OldID: "2", Parent: "1", Approval: archive.Approved, Author: "Bo", Date: day.Add(time.Minute), Text: "second"},
		{OldID: "3", Parent: "2", Approval: archive.Approved, Author: "\u202e\u3164", Date: day.Add(2 * time.Minute), Text: "third"},
		{OldID: "4", Approval: archive.Held, Author: "Cy", Date: day, Text: "held"},
		{OldID: "5", Parent: "4", Approval: archive.Approved, Author: "Di", Text: "answers a held one"},
		{OldID: "6", Parent: "6", Approval: archive.Approved, Author: "Ed", Text: "answers itself"},
		{OldID: "7", Approval: archive.Approved, Author: "Fa", Text: "\u200b"},
	}
	out, left := foreignComments("wordpress:x", "story", list, day.AddDate(1, 0, 0))
	if len(out) != 6 || left != 1 {
		t.Fatalf("%d comments, %d left", len(out), left)
	}
	if out[1].Thread != out[0].ID || out[2].Thread != out[0].ID || out[2].Parent != out[1].ID || out[2].Name != "Reader" || !out[2].Created.Equal(day.Add(2*time.Minute)) {
		t.Errorf("the thread: %+v", out[:3])
	}
	if out[3].Status != news.CommentHeld || len(out[3].Reasons) != 1 || out[4].Thread != out[4].ID || out[4].Parent != "" {
		t.Errorf("a held one and its answer: %+v", out[3:5])
	}
	if out[5].Thread != out[5].ID || out[5].Parent != "" {
		t.Errorf("one that answers itself: %+v", out[5])
	}
	again, _ := foreignComments("wordpress:x", "story", list, day.AddDate(1, 0, 0))
	other, _ := foreignComments("wordpress:y", "story", list, day.AddDate(1, 0, 0))
	for i := range out {
		if !news.IsID(string(out[i].ID)) || again[i].ID != out[i].ID || other[i].ID == out[i].ID {
			t.Errorf("identifiers: %s, %s, %s", out[i].ID, again[i].ID, other[i].ID)
		}
	}
}
