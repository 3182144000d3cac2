package search

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func relatedIDs(rel []Related) (ids []string) {
	for _, r := range rel {
		ids = append(ids, r.ID)
	}
	return ids
}

func TestRelated(t *testing.T) {
	day := 24 * time.Hour
	doc := func(id string, age int, headline string, topics ...string) Document {
		return Document{ID: id, Headline: headline, Topics: topics, Published: monday.Add(-time.Duration(age) * day)}
	}
	docs := []Document{
		doc("this", 10, "Strike closes the harbour of Rotterdam"),
		doc("follow-up", 9, "Strike in Rotterdam harbour ends"),
		doc("before", 12, "Union threatens strike in Rotterdam harbour"),
		doc("long before", 900, "Union threatens strike in Rotterdam harbour"),
		doc("one word", 11, "A strike by bakers"),
		doc("topic", 11, "Ferry workers threaten a strike", "ports"),
		doc("other", 11, "Election in Norway"),
	}
	for i := range 20 {
		docs = append(docs, doc(fmt.Sprint("o", i), 11, manyWords(i+2)))
	}
	x := newIndex(t, docs...)
	rel, err := x.Related(context.Background(), "this", 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"before", "long before"}, relatedIDs(rel)); diff != "" {
		t.Errorf("related (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"harbour", "Rotterdam", "Strike"}, rel[0].Words); diff != "" {
		t.Errorf("reason (-want +got):\n%s", diff)
	}

	draft := Document{ID: "draft", Headline: "Bakers end their strike", Topics: []string{"ports"}}
	rel, err = x.RelatedTo(context.Background(), draft, 5)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one word", "follow-up", "topic"}, relatedIDs(rel)); diff != "" {
		t.Errorf("related to a draft (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"ports"}, rel[2].Topics); diff != "" {
		t.Errorf("shared topics (-want +got):\n%s", diff)
	}
	if rel, err := x.Related(context.Background(), "unknown", 5); err != nil || rel != nil {
		t.Errorf("related to an unknown id = %v, %v", rel, err)
	}
	if rel, err := x.Related(context.Background(), "this", -1); err != nil || rel != nil {
		t.Errorf("-1 related = %v, %v", rel, err)
	}

	// What is read back from the file is the same.
	want, _ := x.Related(context.Background(), "this", 5)
	path := x.path
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	got, _ := openIndex(t, path).Related(context.Background(), "this", 5)
	if diff := cmp.Diff(relatedIDs(want), relatedIDs(got)); diff != "" {
		t.Errorf("after opening again (-want +got):\n%s", diff)
	}
}
