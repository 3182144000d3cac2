package site

import (
	"fmt"

	"golang.org/x/text/language"
)

// Words are all the words a reader's page can show, in one language. A field
// is a message: a template that names one which is not here does not run, and
// a test fails on a field that a language leaves empty. "{name}" stands for
// something filled in; every language must use the same names.
type Words struct {
	// Lang is the language they are in (BCP 47).
	Lang string

	// Around every page.
	SkipToContent   string
	SearchButton    string
	SearchLabel     string
	SectionsLabel   string
	AlertsLink      string
	FooterLabel     string
	PagesLabel      string
	NothingForeign  string
	TitleAndSite    string // {title} {site}
	SiteDescription string // {site}

	// The front page.
	FrontHeading  string // {site}
	TopStories    string
	Latest        string
	MoreFrom      string // {section}
	NoStories     string
	NoStoriesHint string

	// An article.
	By                string
	ListComma         string
	ListAnd           string
	Published         string
	Updated           string
	CopyLink          string
	LinkCopied        string
	YourTime          string // {time}
	CorrectedNote     string // {date}
	Corrections       string
	KindCorrection    string
	KindClarification string
	KindUpdate        string
	HistoryLink       Plural // {n} versions
	ReadOn            string // {host}
	RelatedStory      string
	ReadMore          string
	TopicsLabel       string
	Preview           string

	// Comments and alerts.
	Comments        string
	CommentsNotYet  string
	CommentsClosed  string
	AlertsHeading   string
	AlertsOffer     string
	AlertsButton    string
	AlertsTitle     string
	AlertsNone      string
	AlertsMeanwhile string
	FeedRSS         string
	FeedAtom        string
	FeedJSON        string
	FeedsHelp       string

	// Listings.
	KindSection      string
	KindAuthor       string
	KindSubject      string
	KindPerson       string
	KindPlace        string
	KindOrganisation string
	KindEvent        string
	StoriesHeading   string
	StoryCount       Plural // {n}
	ListingEmpty     string
	ListingAbout     string // {name} {site}
	PagerLabel       string
	PageOf           string // {n} {total}
	Newer            string
	Older            string
	Follow           string

	// History.
	HistoryTitle     string
	HistoryIntro     string
	HistoryOf        string // {headline}
	BackToStory      string
	Version          string // {n}
	VersionFirst     string
	VersionMinor     string
	VersionSubstance string
	VersionWithheld  string
	WithheldText     string
	SameWords        string
	PartHeadline     string
	PartStandfirst   string
	PartKicker       string
	PartByline       string
	PartDateline     string
	PartBody         string
	PartPicture      string
	Deleted          string
	Inserted         string
	Unchanged        string

	// Search.
	SearchTitle     string
	SearchFor       string // {query}
	FieldQuery      string
	FieldSection    string
	FieldTopic      string
	FieldAuthor     string // {name}
	FieldFrom       string
	FieldTo         string
	FieldSort       string
	AnySection      string
	AnyTopic        string
	MoreFields      string
	SortRelevance   string
	SortNewest      string
	ResultCount     Plural // {n}
	ResultCountFor  Plural // {n} {query}
	NothingFound    string
	NothingFoundFor string // {query}
	HintSpelling    string
	HintFewer       string
	HintFilters     string
	SearchStart     string
	DidYouMean      string // {query}
	NarrowDown      string
	FacetSection    string
	FacetTopic      string
	FacetAuthor     string
	FacetYear       string
	FacetRemove     string
	ClearFilters    string
	ProblemHeading  string
	ProblemFrom     string
	ProblemTo       string
	ProblemOrder    string
	ProblemUnknown  string
	SearchBrowse    string

	// When there is nothing to show.
	GoneTitle     string
	GoneText      string
	GoneSince     string // {date}
	NotFoundTitle string
	NotFoundText  string
	BadTitle      string
	BadText       string
	MethodTitle   string
	MethodText    string
	BusyTitle     string
	BusyText      string
	DownTitle     string
	DownText      string
	BrokenTitle   string
	BrokenText    string
	Reference     string // {id}
	ToFront       string

	// Dates: month names from January, the form of a date ({day} {month}
	// {year}), of a date with time ({date} {time} {zone}), and the name of the
	// zone ({offset} is empty or "+3").
	Months   [12]string
	DateForm string
	TimeForm string
	ZoneForm string
	// Numbers: what separates thousands.
	Thousands string
}

// WordsFor gives the words for a site's language. It fails on a language that
// has no table rather than to show a page in another.
func WordsFor(lang string) (*Words, error) {
	tag, err := language.Parse(lang)
	if err != nil {
		return nil, fmt.Errorf("find words for language %q: not a language tag such as en or ar", lang)
	}
	base, _ := tag.Base()
	for _, w := range []*Words{&english, &arabic} {
		if w.Lang == base.String() {
			return w, nil
		}
	}
	return nil, fmt.Errorf("find words for language %q: this site can speak en and ar", lang)
}
