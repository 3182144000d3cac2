package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadable(t *testing.T) {
	for _, c := range []struct {
		name     string
		in, want []Hunk
		size     int
	}{
		{"nothing", nil, nil, 0},
		{"a word in a sentence", []Hunk{{"He came on ", "Monday", "Tuesday"}, {" with his sister.", "", ""}},
			[]Hunk{{"He came on ", "Monday", "Tuesday"}, {" with his sister.", "", ""}}, 70},
		{"a space is no island", []Hunk{{"an old ", "red", "blue"}, {" ", "house", "barn"}},
			[]Hunk{{"an old ", "red house", "blue barn"}}, 33},
		{"nor is a stray word", []Hunk{{"It was long ago that ", "Odile reached", "nine people died"}, {" the ", "coast", "hospital"}},
			[]Hunk{{"It was long ago that ", "Odile reached the coast", "nine people died the hospital"}}, 90},
		{"little in common", []Hunk{{"", "The storm moved inland and the rescuers came", "Power is back and the port has reopened"}, {" at the ", "3rd", "4th"}},
			[]Hunk{{"", "The storm moved inland and the rescuers came at the 3rd", "Power is back and the port has reopened at the 4th"}}, 105},
		{"spaces at the edges", []Hunk{{"on", " Monday ", " Tuesday night "}, {"he came home to his family", "", ""}},
			[]Hunk{{"on ", "Monday", "Tuesday night"}, {" he came home to his family", "", ""}}, 80},
	} {
		if d := cmp.Diff(c.want, Readable(c.in, c.size)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
