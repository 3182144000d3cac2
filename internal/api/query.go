package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"dateline/internal/news"
	"dateline/internal/web"
)

// maxParam bounds one member of a query, in bytes.
const maxParam = 1000

// readQuery reads a query strictly: what the route does not know, or gets twice, is
// a mistake that would else be dropped in silence.
func readQuery(raw string, known []Param) (map[string]string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, web.Malformed("The query could not be read.")
	}
	var f news.Faults
	out := map[string]string{}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names[:min(len(names), 20)] {
		v := values[name]
		shown := strings.ToValidUTF8(clip(name), "?")
		switch i := slices.IndexFunc(known, func(p Param) bool { return p.Name == name }); {
		case i < 0:
			f.Add(shown, "There is no such parameter here.")
		case len(v) > 1:
			f.Add(shown, "This is given twice.")
		case !utf8.ValidString(v[0]):
			f.Add(shown, "This is not valid text (UTF-8).")
		case strings.ContainsFunc(v[0], unicode.IsControl):
			f.Add(shown, "This holds a control character.")
		case len(v[0]) > maxParam:
			f.Add(shown, "This is too long: at most %d bytes.", maxParam)
		case known[i].Enum != nil && v[0] != "" && !slices.Contains(known[i].Enum, v[0]):
			f.Add(shown, "Choose one of %s.", strings.Join(known[i].Enum, ", "))
		default:
			out[name] = strings.TrimSpace(v[0])
		}
	}
	return out, f.Err()
}

// limit reads how many items are wanted.
func (q *request) limit(usual, most int) (int, error) {
	s := q.query["limit"]
	if s == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, news.Wrong("limit", "Use a whole number from 1 to %d.", most)
	}
	return n, nil
}
