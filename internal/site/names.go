package site

import "fmt"

// What the enumerations of the views are called on screen. An unknown value is
// a mistake of the handler and stops the page, rather than to show its code.

func (r *Renderer) correctionKind(kind string) (string, error) {
	return pick("correction kind", kind, map[string]string{
		"correction": r.words.KindCorrection, "clarification": r.words.KindClarification, "update": r.words.KindUpdate})
}

func (r *Renderer) listingKind(kind ListingKind) (string, error) {
	w := r.words
	return pick("listing kind", kind, map[ListingKind]string{
		ListSection: w.KindSection, ListAuthor: w.KindAuthor, ListSubject: w.KindSubject, ListPerson: w.KindPerson,
		ListPlace: w.KindPlace, ListOrganisation: w.KindOrganisation, ListEvent: w.KindEvent})
}

func (r *Renderer) partName(part ChangePart) (string, error) {
	w := r.words
	return pick("changed part", part, map[ChangePart]string{
		PartHeadline: w.PartHeadline, PartStandfirst: w.PartStandfirst, PartKicker: w.PartKicker, PartByline: w.PartByline,
		PartDateline: w.PartDateline, PartBody: w.PartBody, PartPicture: w.PartPicture})
}

func (r *Renderer) versionName(kind VersionKind) (string, error) {
	w := r.words
	return pick("version kind", kind, map[VersionKind]string{
		VersionFirst: w.VersionFirst, VersionMinor: w.VersionMinor, VersionSubstance: w.VersionSubstance, VersionWithheld: w.VersionWithheld})
}

func (r *Renderer) facetName(kind FacetKind) (string, error) {
	w := r.words
	return pick("facet", kind, map[FacetKind]string{
		FacetSection: w.FacetSection, FacetTopic: w.FacetTopic, FacetAuthor: w.FacetAuthor, FacetYear: w.FacetYear})
}

func (r *Renderer) problemText(p SearchProblem) (string, error) {
	w := r.words
	return pick("search problem", p, map[SearchProblem]string{
		ProblemFrom: w.ProblemFrom, ProblemTo: w.ProblemTo, ProblemOrder: w.ProblemOrder, ProblemUnknown: w.ProblemUnknown})
}

// feedHelp says who a kind of feed is for.
func (r *Renderer) feedHelp(mediaType string) (string, error) {
	w := r.words
	return pick("feed type", mediaType, map[string]string{
		"application/rss+xml": w.FeedRSS, "application/atom+xml": w.FeedAtom, "application/feed+json": w.FeedJSON})
}

func pick[K comparable](what string, key K, names map[K]string) (string, error) {
	if s, ok := names[key]; ok {
		return s, nil
	}
	return "", fmt.Errorf("name %s %v: unknown", what, key)
}

// mailStep gives the heading and the text of a step.
func (r *Renderer) mailStep(s MailStep) (title, text string) {
	w := r.words
	said := map[MailStep][2]string{
		MailSent: {w.MailSentTitle, w.MailSentText}, MailWrong: {w.MailWrongTitle, w.MailWrongText},
		MailConfirm: {w.MailConfirmTitle, w.MailConfirmText}, MailOn: {w.MailOnTitle, w.MailOnText}, MailOld: {w.MailOldTitle, w.MailOldText},
		MailStop: {w.MailStopTitle, w.MailStopText}, MailOff: {w.MailOffTitle, w.MailOffText},
	}[s]
	return said[0], said[1]
}
