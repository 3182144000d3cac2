package search

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMentioned(t *testing.T) {
	x := newIndex(t)
	if got := x.Mentioned("anything"); got != nil {
		t.Errorf("before Know: %v", got)
	}
	x.Know([]Known{
		{Topic: "england", Names: []string{"England"}},
		{Topic: "boe", Names: []string{"Bank of England", "BoE"}},
		{Topic: "who", Names: []string{"World Health Organization", "WHO"}},
		{Topic: "kadhimi", Names: []string{"Mustafa al-Kadhimi", "مصطفى الكاظمي"}, Person: true},
		{Topic: "erdogan", Names: []string{"Recep Tayyip Erdoğan", "Erdoğan"}, Person: true},
		{Topic: "tokyo", Names: []string{"東京"}},
	})
	for _, tt := range []struct {
		text string
		want []Mention
	}{
		{"", nil},
		{"The bank of England met in England. The Bank of England said no.", []Mention{{"boe", 2, 1}, {"england", 1, 6}}},
		{"Those who know the WHO know who it is.", []Mention{{"who", 1, 4}}},
		{"MUSTAFA AL KADHIMI and Mustafa al-Kadhimi's house", []Mention{{"kadhimi", 2, 0}}},
		{"وصل مصطفى الكاظمي إلى بغداد", []Mention{{"kadhimi", 1, 1}}},
		{"Erdogan, ERDOĞAN and Recep Tayyip Erdogan; erdoganism", []Mention{{"erdogan", 3, 0}}},
		{"\xff\xfe \u202e", nil},
	} {
		if diff := cmp.Diff(tt.want, x.Mentioned(tt.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}
