package search

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newsroomIndex(t testing.TB) *Index {
	var docs []Document
	add := func(id string, n int, d Document) {
		for i := range n {
			d.ID = id + strings.Repeat("'", i)
			d.Published = monday
			docs = append(docs, d)
		}
	}
	add("vote", 3, Document{Headline: "Parliament votes on the budget", Body: "The parliament voted late, said the government.", Section: "politics"})
	add("kadhimi", 2, Document{Headline: "Al-Kadhimi at the White House", Body: "Mustafa al-Kadhimi met the president in the White House.", Topics: []string{"mustafa-al-kadhimi"}})
	add("kazemi", 1, Document{Headline: "Kazemi resigns", Body: "The minister Kazemi resigned."})
	add("persian", 1, Document{Headline: "الكاظمي في بغداد", Body: "قال الكاظمي", Language: "ar"})
	add("ecb", 1, Document{Headline: "European Central Bank keeps rates", Body: "The bank kept its rates.", Topics: []string{"ecb"}})
	add("rates", 1, Document{Headline: "ECB under pressure", Body: "It says nothing."})
	add("erdogan", 1, Document{Headline: "Erdoğan konuştu", Body: "Erdoğan konuştu.", Language: "tr"})
	add("sudan", 3, Document{Headline: "Sudan talks", Body: "Talks on Sudan. The house was full, he said."})
	add("hush", 1, Document{Headline: "Khashoggi case", Body: "The Khashoggi case goes on."})
	add("obrien", 1, Document{Headline: "Tallaght", Body: "It was late, O’Brien said on RTÉ."})
	x := newIndex(t, docs...)
	x.Know([]Known{
		{Topic: "mustafa-al-kadhimi", Names: []string{"Mustafa al-Kadhimi", "مصطفى الكاظمي"}, Person: true},
		{Topic: "ecb", Names: []string{"European Central Bank", "ECB", "EZB"}},
		{Topic: "unseen", Names: []string{"Zeppelin"}},
	})
	return x
}

// What is done to a query, and that it says so.
func TestRewording(t *testing.T) {
	x := newsroomIndex(t)
	for _, tt := range []struct {
		name, text string
		want       string // hits
		corrected  string
		also       []Variant
		topics     string
	}{
		{name: "as documents write it", text: "parliament", want: "vote vote' vote''"},
		{name: "a slip", text: "parliment", want: "vote vote' vote''", corrected: "parliament"},
		{name: "a slip with others", text: "the parliment budget", want: "vote vote' vote''", corrected: "the parliament budget"},
		{name: "two letters swapped", text: "budgte", want: "vote vote' vote''", corrected: "budget"},
		{name: "another first letter", text: "varliament", want: "vote vote' vote''", corrected: "parliament"},
		{name: "a name keeps its capital and accent", text: "erdobgan", want: "erdogan", corrected: "Erdoğan"},
		{name: "a slip that is a spelling too", text: "erdogn", want: "erdogan", also: []Variant{{"erdogn", []string{"Erdoğan"}}}},
		{name: "an apostrophe left out", text: "obrien", want: "obrien"},
		{name: "another in its place", text: "O'Brian", want: "obrien", also: []Variant{{"O'Brian", []string{"O’Brien"}}}},
		{name: "nothing like it", text: "xylophone", want: ""},
		{name: "in a phrase as it is", text: `"parliment votes"`, want: ""},
		{name: "unwanted as it is", text: "rates -parliment", want: "ecb"},
		{name: "a number is no word", text: "1988", want: ""},

		{name: "a name in another spelling", text: "kazimi", want: "kadhimi kadhimi' kazemi persian",
			also: []Variant{{"kazimi", []string{"al-Kadhimi", "Kazemi", "الكاظمي"}}}, topics: "mustafa-al-kadhimi"},
		{name: "a name with an article", text: "al-Kadhimi", want: "kadhimi kadhimi' kazemi persian",
			also: []Variant{{"Kadhimi", []string{"Kazemi", "الكاظمي"}}}, topics: "mustafa-al-kadhimi"},
		{name: "with other words", text: "kazemi white house", want: "kadhimi kadhimi' kazemi persian sudan sudan' sudan''",
			also: []Variant{{"kazemi", []string{"al-Kadhimi", "الكاظمي"}}}},
		{name: "in another script", text: "Кадхими", want: "kadhimi kadhimi' kazemi persian",
			also: []Variant{{"Кадхими", []string{"al-Kadhimi", "الكاظمي", "Kazemi"}}}, topics: "mustafa-al-kadhimi"},
		{name: "in Arabic", text: "مصطفى الكاظمي", want: "kadhimi kadhimi' kazemi persian",
			also: []Variant{{"مصطفى", []string{"Mustafa"}}, {"الكاظمي", []string{"al-Kadhimi", "Kazemi"}}}, topics: "mustafa-al-kadhimi"},
		{name: "whole name", text: "mustafa kadhimi", want: "kadhimi kadhimi' kazemi persian",
			also: []Variant{{"kadhimi", []string{"Kazemi", "الكاظمي"}}}, topics: "mustafa-al-kadhimi"},
		{name: "another first name", text: "Ahmed kadhimi", want: "kadhimi kadhimi' kazemi persian",
			also: []Variant{{"kadhimi", []string{"Kazemi", "الكاظمي"}}}},
		{name: "a country is not its people", text: "sudani", want: "sudan sudan' sudan''", corrected: "Sudan"},
		{name: "an alias", text: "ECB", want: "ecb rates", also: []Variant{{"ECB", []string{"European Central Bank"}}}, topics: "ecb"},
		{name: "an alias that no document has", text: "ezb", want: "ecb rates",
			also: []Variant{{"ezb", []string{"European Central Bank", "ECB"}}}, topics: "ecb"},
		{name: "a topic that nobody may see", text: "zeppelin", want: ""},
		{name: "a word written small is no name", text: "house", want: "kadhimi kadhimi' sudan sudan' sudan''"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := find(t, x, Query{Text: tt.text})
			var got []string
			for _, h := range res.Hits {
				got = append(got, h.ID)
			}
			slices.Sort(got)
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("finds %q, want %q", got, tt.want)
			}
			corrected := ""
			if res.Corrected != nil {
				corrected = res.Corrected.Text
				for _, r := range res.Corrected.Changed {
					if r.End <= r.Start || r.End > len(corrected) || strings.Contains(corrected[r.Start:r.End], " ") {
						t.Errorf("changed %v of %q", res.Corrected.Changed, corrected)
					}
				}
			}
			if corrected != tt.corrected {
				t.Errorf("corrected to %q, want %q", corrected, tt.corrected)
			}
			if diff := cmp.Diff(tt.also, res.Also); diff != "" {
				t.Errorf("also (-want +got):\n%s", diff)
			}
			if got := strings.Join(res.Topics, " "); got != tt.topics {
				t.Errorf("topics %q, want %q", got, tt.topics)
			}
			exact := find(t, x, Query{Text: tt.text, Exact: true})
			if exact.Corrected != nil || exact.Also != nil || exact.Marked != tt.text {
				t.Errorf("exactly: %+v", exact)
			}
		})
	}
}

// What was taken down is not proposed, however well it was known.
func TestNothingHiddenIsProposed(t *testing.T) {
	x := newIndex(t, Document{ID: "secret", Headline: "Witness named", Body: "The witness Vorobyaninov spoke to Kadhimi.", Topics: []string{"w"}},
		Document{ID: "other", Headline: "Rain", Body: "Much rain fell on Kazemi."})
	x.Know([]Known{{Topic: "w", Names: []string{"Vorobyaninov"}, Person: true}})
	if res := find(t, x, Query{Text: "vorobianinov"}); len(res.Hits) != 1 || len(res.Topics) != 1 {
		t.Fatalf("before: %+v", res)
	}
	apply(t, x, 1, nil, "secret")
	for _, text := range []string{"vorobyaninow", "vorobianinov", "vorobyaninov", "kazemi", "witnes"} {
		res := find(t, x, Query{Text: text})
		if res.Corrected != nil || res.Also != nil || res.Topics != nil {
			t.Errorf("%s: %+v", text, res)
		}
	}
}

// The words are there after a start, whatever has become of the end of their file.
func TestWordsStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "search.db")
	x := openIndex(t, path)
	apply(t, x, 1, []Document{{ID: "a", Headline: "Parliament votes", Body: "Mustafa al-Kadhimi"}})
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	tear(t, path+wordsEnding)
	x = openIndex(t, path)
	wantApplied(t, x, 1)
	for _, tt := range []struct{ text, want string }{{"parlament", "parliament"}, {"kadimi", "Kadhimi"}} {
		if res := find(t, x, Query{Text: tt.text}); res.Corrected == nil && res.Also == nil {
			t.Errorf("%s: %+v", tt.text, res)
		}
	}
}
