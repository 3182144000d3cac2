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

	CommentWords
	AccountWords

	// Around every page.
	SkipToContent   string
	Breaking        string
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

	// Notifications: the offer, the page, the mails, what a browser's state is called, and
	// what the worker says.
	AlertsOnTopic      string // {topic}
	FollowStory        string
	AlertsNoScript     string
	AlertsNoScriptMail string
	AlertsNoScriptFeed string
	ChooseWhat         string
	WhatAll            string
	WhatBreaking       string
	WhatChosen         string
	ChooseTopics       string
	ChooseStories      string
	ChooseWhen         string
	QuietFrom          string
	QuietTo            string
	QuietHint          string
	MostPerDay         string
	MostAny            string
	SaveChoice         string
	TestAlert          string
	PauseAlerts        string
	ResumeAlerts       string
	StopAlerts         string
	ByMail             string
	ByMailHelp         string
	MailAddress        string
	MailButton         string
	LastAlerts         string
	LastAlertsNone     string
	AlertsFeed         string
	AlertCorrected     string // {date}
	AlertWithdrawn     string // {date}
	AlertWas           string // {title}
	AlertsFeedTitle    string // {site}
	CorrectionTitle    string // {title}
	AlertsInFeed       string
	StopOn             string // {name}
	StopOnHelp         string
	StopNoScript       string
	ThisStory          string
	MailSentTitle      string
	MailSentText       string
	MailWrongTitle     string
	MailWrongText      string
	MailConfirmTitle   string
	MailConfirmText    string
	MailConfirmButton  string
	MailOnTitle        string
	MailOnText         string
	MailStopTitle      string
	MailStopText       string
	MailStopButton     string
	MailOffTitle       string
	MailOffText        string
	MailOldTitle       string
	MailOldText        string
	ToAlerts           string
	MailSubject        string // {site}
	MailBody           string // {site} {link}
	StateUnsupported   string
	StateInApp         string
	StatePrivate       string
	StateHome          string // {site}
	StateBlocked       string
	UnblockChrome      string
	UnblockFirefox     string
	UnblockSafari      string
	UnblockPhone       string
	StateAsking        string
	StateClosed        string
	StateSubscribing   string
	StateOn            string
	StatePaused        string
	StateFailed        string
	StateOff           string
	StateSaved         string
	StateTested        string
	StateTooMany       string
	StateStopped       string // {name}
	StateNone          string
	StateTopic         string // {topic}
	StateStory         string
	OnlyTopic          string // {topic}
	OnlyStory          string
	AStory             string
	MoreChoices        string
	StopThis           string
	Close              string
	TryAgain           string
	ChangeOrStop       string
	WorkerNews         string // {site}
	WorkerStopped      string
	WorkerNotStopped   string
	OfflineTitle       string
	OfflineText        string
	MostADay           Plural // {n}

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
	AlsoKnownAs      string // {names}
	ComingDates      string
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
	ResultsInstead  string // {query}
	SearchExactly   string // {query}
	AlsoSpelt       string // {names}
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
