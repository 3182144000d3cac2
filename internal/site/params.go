package site

import "strings"

// Params names the query parameters that matter at a path, for the cache's keys. Where
// none does, none is named: each value of one that is named is a page to make and keep.
func Params(path string) []string {
	switch path {
	case "/":
		return oldParams
	case "/search":
		return searchParams
	case "/alerts":
		return alertParams
	}
	if strings.HasSuffix(path, "/comments") {
		return talkParams
	}
	if strings.HasPrefix(path, "/comments/") && strings.HasSuffix(path, "/thread") {
		return threadParams
	}
	for _, l := range [...]string{sectionsAt, topicsAt, authorsAt} {
		if slug, ok := strings.CutPrefix(path, l); ok && strings.IndexByte(slug, '/') < 0 {
			return listParams
		}
	}
	return nil
}

var (
	oldParams    = []string{"p", "page_id"} // WordPress' query forms, which imports bring
	searchParams = []string{"q", "section", "topic", "author", "from", "to", "sort", "exact", "page"}
	alertParams  = []string{"topic", "story", "stop"}
	listParams   = []string{"page"}
	talkParams   = []string{"order", "page"}
	threadParams = []string{"after"}
)

// Where the lists stand that have pages.
const (
	sectionsAt = "/sections/"
	topicsAt   = "/topics/"
	authorsAt  = "/authors/"
)
