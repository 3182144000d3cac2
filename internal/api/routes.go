package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"dateline/internal/auth"
	"dateline/internal/moderation"
	"dateline/internal/news"
)

// A Who says who may call a route. The rule is coarse; what happens to a story is
// decided by the rules in news.
type Who string

// Who may call.
const (
	Anyone   Who = "anyone"   // a token is not needed, but a wrong one is refused
	Staff    Who = "staff"    // a token of any role
	Writers  Who = "reporter" // and editors and admins
	Deciders Who = "editor"   // and admins

	Moderators Who = "moderator" // and editors and admins
	Speakers   Who = "reader"    // a reader's token, or a signed-in reader's browser
	Talkers    Who = "any token" // a reader's, or a token of any role
)

// Admits tells whether a role may call.
func (w Who) Admits(r news.Role) bool {
	switch w {
	case Writers:
		return r.Writes()
	case Deciders:
		return r.Publishes()
	case Moderators:
		return moderation.Moderates(r)
	case Speakers:
		return false
	}
	return true
}

// A Route is one of the API's addresses, with all that its callers need to know.
type Route struct {
	Pattern string // method and path
	Who     Who
	Summary string
	Query   []Param // others are refused
	In      any     // a zero value of what it reads; nil reads nothing
	Out     any     // a zero value of what it answers
	Status  int     // of success
	IfMatch bool    // needs the revision it starts from

	serve  handler
	within time.Duration  // zero means readTime; only what has it reads a body
	most   int64          // bytes of a body; zero means maxJSON
	limit  *auth.Throttle // of callers without a token, by address; nil means that of searches
}

// A Param is one member of a query.
type Param struct {
	Name, Doc string
	Enum      []string
}

// A handler answers a request that its route admitted.
type handler func(ctx context.Context, q *request) (answer, error)

// How long an answer may take. Asking is given up early, so that a database that
// does not answer becomes a plain 503 within three seconds; a decision may have to
// wait until other nodes show it; a picture takes work.
const (
	readTime     = 2500 * time.Millisecond
	decisionTime = 20 * time.Second
	uploadTime   = 55 * time.Second
	pushTime     = readTime // a browser's choice is one short write
)

// Routes lists every address of the API.
func (a *API) Routes() []Route { return a.routes }

var (
	limitParam  = Param{Name: "limit", Doc: "How many items, 1 to 100; 20 if not given."}
	cursorParam = Param{Name: "cursor", Doc: "The next of the page before."}
)

func (a *API) table() []Route {
	step := func(name news.Step, who Who, summary string) Route {
		return Route{Pattern: "POST /api/v1/stories/{id}/" + string(name), Who: who, Summary: summary,
			In: stepInput{}, Out: storyReply{}, Status: http.StatusOK, serve: a.step(name), within: decisionTime}
	}
	takeDown := step(news.TakeDown, Deciders, "Take a published story down: its address answers 410 with the notice. Answers when no node shows it.")
	takeDown.In = takeDownInput{}
	schedule := step(news.Schedule, Deciders, "Plan a story's release to the second.")
	schedule.In = scheduleInput{}
	routes := []Route{
		{Pattern: "POST /api/v1/stories", Who: Writers, Summary: "Begin a draft.", In: storyInput{}, Out: storyReply{},
			Status: http.StatusCreated, serve: a.createStory, within: decisionTime},
		{Pattern: "GET /api/v1/stories", Who: Staff, Summary: "List stories, last changed first, without their bodies. Moderators see what readers see.",
			Query: []Param{{Name: "status", Doc: "Only stories of this status.", Enum: statuses()}, {Name: "section", Doc: "Name or slug, in any case."},
				{Name: "topic", Doc: "Slug or name."}, {Name: "q", Doc: "Part of a headline, in any case."}, cursorParam, limitParam},
			Out: list[storyReply]{}, Status: http.StatusOK, serve: a.listStories},
		{Pattern: "GET /api/v1/stories/{id}", Who: Staff, Summary: "Read a story's latest revision. Moderators read what readers see.",
			Out: storyReply{}, Status: http.StatusOK, serve: a.readStory},
		{Pattern: "PATCH /api/v1/stories/{id}", Who: Writers, Summary: "Save a revision that no reader sees. Only the given fields change; null clears one.",
			In: storyPatch{}, Out: storyReply{}, Status: http.StatusOK, IfMatch: true, serve: a.patchStory, within: decisionTime},
		step(news.Submit, Writers, "Hand a draft to the editors."),
		step(news.Return, Deciders, "Give a story back to its writer, a spiked one too."),
		step(news.Approve, Deciders, "Say that a story may go out."),
		{Pattern: "POST /api/v1/stories/{id}/publish", Who: Deciders, Summary: "Make the latest revision what readers see. Answers when every node shows it.",
			In: publishInput{}, Out: publishReply{}, Status: http.StatusOK, serve: a.publish, within: decisionTime},
		schedule,
		takeDown,
		step(news.Kill, Deciders, "Make a story vanish for readers as if it had never been. Answers when no node shows it."),
		step(news.Spike, Writers, "Bin a story that was never published."),
		{Pattern: "POST /api/v1/stories/{id}/corrections", Who: Deciders, Summary: "Add a dated, public note to a published story.",
			In: correctionInput{}, Out: correctionReply{}, Status: http.StatusCreated, serve: a.correct, within: decisionTime},
		{Pattern: "GET /api/v1/stories/{id}/versions", Who: Staff, Summary: "List a story's publications, newest first: who, when and why.",
			Query: []Param{cursorParam, limitParam}, Out: list[versionReply]{}, Status: http.StatusOK, serve: a.listVersions},
		{Pattern: "GET /api/v1/stories/{id}/versions/{n}", Who: Staff, Summary: "Read one publication of a story.",
			Out: versionReply{}, Status: http.StatusOK, serve: a.readVersion},
		{Pattern: "GET /api/v1/stories/{id}/related", Who: Anyone, Summary: "What \"Read more\" shows under a story, with the reason for each. Unpublished stories need a token.",
			Query: []Param{{Name: "limit", Doc: "How many items, 1 to 20; 6 if not given."}}, Out: list[relatedReply]{}, Status: http.StatusOK, serve: a.related},
		{Pattern: "GET /api/v1/stories/{id}/suggested-topics", Who: Staff, Summary: "Topics that a story as it stands at the desk may well have besides its own.",
			Query: []Param{{Name: "limit", Doc: "How many items, 1 to 20; 8 if not given."}}, Out: list[suggestedTopicReply]{}, Status: http.StatusOK, serve: a.suggestTopics},
		{Pattern: "GET /api/v1/sections", Who: Staff, Summary: "List the sections in their order.",
			Out: list[sectionReply]{}, Status: http.StatusOK, serve: a.listSections},
		{Pattern: "POST /api/v1/sections", Who: Deciders, Summary: "Add a section.",
			In: sectionInput{}, Out: sectionReply{}, Status: http.StatusCreated, serve: a.addSection, within: decisionTime},
		{Pattern: "GET /api/v1/topics", Who: Staff, Summary: "List the topics by slug.",
			Query: []Param{cursorParam, limitParam}, Out: list[topicReply]{}, Status: http.StatusOK, serve: a.listTopics},
		{Pattern: "GET /api/v1/topics/{slug}", Who: Staff, Summary: "Read a topic.",
			Out: topicReply{}, Status: http.StatusOK, serve: a.readTopic},
		{Pattern: "PATCH /api/v1/topics/{slug}", Who: Deciders, Summary: "Change a topic's name, kind, aliases or dates. Only the given fields change.",
			In: topicPatch{}, Out: topicReply{}, Status: http.StatusOK, serve: a.patchTopic, within: decisionTime},
		{Pattern: "POST /api/v1/media", Who: Writers, Summary: "Bring in a picture. Its words are read from its metadata; nothing of it is public until a visible story uses it.",
			In: upload{}, Out: mediaReply{}, Status: http.StatusCreated, serve: a.addMedia, within: uploadTime},
		{Pattern: "GET /api/v1/media/{id}", Who: Writers, Summary: "Read what is known of a picture.",
			Out: mediaReply{}, Status: http.StatusOK, serve: a.readMedia},
		{Pattern: "GET /api/v1/search", Who: Anyone, Summary: "Find visible stories, as the search page does.",
			Query: searchParams, Out: searchReply{}, Status: http.StatusOK, serve: a.search},
		{Pattern: "GET /api/v1/search/suggest", Who: Anyone, Summary: "Complete a search while it is typed: topics first, then stories, then words.",
			Query: suggestParams, Out: list[suggestionReply]{}, Status: http.StatusOK, serve: a.suggest},
		{Pattern: "GET /api/openapi.json", Who: Anyone, Summary: "This description.", Status: http.StatusOK, serve: a.describeItself},
	}
	return slices.Concat(routes, a.alertRoutes(), a.pushRoutes(), a.commentRoutes())
}

func statuses() []string {
	var s []string
	for _, x := range news.Statuses {
		s = append(s, string(x))
	}
	return s
}
