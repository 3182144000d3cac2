package site

import "cmp"

// SearchPage is the search form and, once something was asked, what was found.
type SearchPage struct {
	Chrome
	// Asked is false while there is neither a query nor a filter.
	Asked bool
	Form  SearchForm
	// Problems are said above the form, and the field they name is marked.
	Problems []SearchProblem
	Total    int
	Results  []SearchResult
	Facets   []Facet
	Pager    Pager
	// ClearURL is the same query without filters; empty if there are none.
	ClearURL string
	// Topics are what the whole query is a name of; they come before the stories.
	Topics []NavItem
	// Instead is what was looked for in place of the query, and Also are the other
	// spellings of names in it. ExactURL asks for the query as it is; empty if that was
	// done.
	Instead  string
	Also     []string
	ExactURL string
}

// Sought is what was looked for.
func (p *SearchPage) Sought() string { return cmp.Or(p.Instead, p.Form.Query) }

func (*SearchPage) template() string { return "search" }

// SearchForm is what stands in the fields. Dates are YYYY-MM-DD as typed.
type SearchForm struct {
	Query, Section, Topic, Author, From, To string
	// Sort is "relevance" or "newest".
	Sort string
	// Sections and Topics are what can be chosen.
	Sections, Topics []Option
	// Exact is on when neither corrections nor other spellings are wanted.
	Exact bool
	// AuthorName is shown for Author, which has no field of its own.
	AuthorName string
}

// Narrowed tells whether anything but the words is filled in.
func (f SearchForm) Narrowed() bool {
	return f.Section+f.Topic+f.Author+f.From+f.To != "" || f.Sort == "newest"
}

// An Option is a choice in a list: the slug that is sent, the name shown.
type Option struct{ Slug, Name string }

// A SearchProblem is something the form could not use.
type SearchProblem int

// What can be wrong with a search.
const (
	// ProblemFrom and ProblemTo: no such day.
	ProblemFrom SearchProblem = iota + 1
	ProblemTo
	// ProblemOrder: the first day is after the last.
	ProblemOrder
	// ProblemUnknown: no such section, topic or author.
	ProblemUnknown
)

// Bad tells the template whether a field is to be marked.
func (p *SearchPage) Bad(field string) bool {
	for _, b := range p.Problems {
		if field == "from" && (b == ProblemFrom || b == ProblemOrder) || field == "to" && (b == ProblemTo || b == ProblemOrder) {
			return true
		}
	}
	return false
}

// A SearchResult is a story with the words that were found in it.
type SearchResult struct {
	Story StoryCard
	// Headline and Excerpts mark what was found; where empty, the card's own
	// headline and standfirst are shown.
	Headline []MarkedRun
	Excerpts [][]MarkedRun
}

// A MarkedRun is plain text, marked where it is what the reader asked for.
type MarkedRun struct {
	Text   string
	Marked bool
}

// A Facet is a way to narrow a search down.
type Facet struct {
	Kind  FacetKind
	Items []FacetItem
}

// A FacetKind says what a facet counts by.
type FacetKind string

// The facets.
const (
	FacetSection FacetKind = "section"
	FacetTopic   FacetKind = "topic"
	FacetAuthor  FacetKind = "author"
	FacetYear    FacetKind = "year"
)

// A FacetItem leads to the search with this choice made, or, if On, undone.
type FacetItem struct {
	Name  string
	URL   string
	Count int
	On    bool
}
