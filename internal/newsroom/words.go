package newsroom

import "dateline/internal/news"

// statusWords are the statuses as the desk's pages say them.
var statusWords = map[news.Status]string{
	news.Draft: "Draft", news.Submitted: "Submitted", news.Approved: "Approved", news.Scheduled: "Scheduled",
	news.Published: "Published", news.TakenDown: "Taken down", news.Killed: "Killed", news.Spiked: "Spiked",
}

// doneWords tell what just happened.
var doneWords = map[string]string{
	"comment-pass": "Passed. Readers see it.", "comment-reject": "Rejected. Its writer sees why.", "comment-hold": "Held.",
	"comment-feature": "Featured.", "comment-unfeature": "Not featured any more.", "comment-undo": "Undone.",
	"comments-pass": "Passed all of them.", "comments-reject": "Rejected all of them.", "talk": "Set for this story.",
	"rule": "The rules are saved. They count from now on; run the queue again for what is held.", "policy": "Saved.",
	"ban": "They cannot comment now, and are told so when they try.", "lift": "They can comment again.", "note": "Kept.",
	"save": "Saved.", "create": "The draft is begun.", "submit": "Submitted. The editors see it now.",
	"return": "Returned to its writer as a draft.", "approve": "Approved.", "schedule": "Scheduled.",
	"publish": "Published.", "same": "Readers already see exactly this. Nothing was changed.",
	"correct": "The note is on the page.", "take-down": "Taken down. Readers see the notice.",
	"kill": "Killed. Readers see nothing of it any more.", "spike": "Binned. Return it to get it back.",
	"front": "The front page is arranged.", "section": "The section is saved.", "topic": "The topic is saved.", "missed": "Forgotten. Asked for often enough, it comes back.",
	"disable": "This person is signed out everywhere and cannot sign in.", "enable": "This person can sign in again.",
	"revoke":       "The token does not work any more.",
	"device":       "This browser is registered: tests and alerts that wait for approval go to it.",
	"dismiss":      "Dismissed. What is still broken comes back.",
	"device-gone":  "The device is removed. Nothing goes to it any more.",
	"alert-before": "This form was sent before. Here is what it sent then; what you changed in it since was not sent.",
	"flash-late":   "It is published, but not every server shows it yet. There is no need to do it twice.",
	"flash-before": "This form was sent before. Here is what it published then; to change it, choose “Write more”.",
	"bar-down":     "The breaking bar is down. The story stays where it is.",
	"nothing":      "Nothing was changed, so nothing was saved.",
}

// fieldWords name a story's fields in lists of changes and of mistakes.
var fieldWords = map[string]string{
	"headline": "Headline", "standfirst": "Standfirst", "kicker": "Kicker", "short_headline": "Short headline",
	"dateline": "Dateline", "byline": "Byline", "section": "Section", "topics": "Topics", "language": "Language",
	"body": "Text", "picture": "Picture", "picture.caption": "Caption", "picture.credit": "Credit", "picture.alt": "Description",
	"slug": "Address", "embargo_until": "Embargo", "publish_at": "Publish at", "time_zone": "Time zone",
	"external_url": "Link elsewhere", "comments": "Comments", "note": "Note", "read_more": "Read more", "dates": "Coming dates", "file": "Picture file",
	"kind": "Kind", "text": "Note to readers", "notice": "Notice", "name": "Name", "email": "Mail address", "role": "Role",
	"title": "Title", "audience": "To whom", "importance": "Importance", "pace": "How fast", "send_at": "When", "subscription": "This browser",
	"aliases": "Other names", "lead": "Lead", "pins": "Pins", "position": "Order",
}

func fieldWord(field string) string {
	if w, ok := fieldWords[field]; ok {
		return w
	}
	return field
}

// entryWords are the record's actions as people read them.
var entryWords = map[string]string{
	"save": "saved", "submit": "submitted", "return": "returned", "approve": "approved", "schedule": "scheduled",
	"publish": "published", "take-down": "took down", "kill": "killed", "spike": "spiked", "correct": "added a note to readers",
	"import": "imported", "release": "released on schedule",
}

func entryWord(action string) string {
	if w, ok := entryWords[action]; ok {
		return w
	}
	return action
}
