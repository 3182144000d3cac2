// Package moderation decides what becomes of readers' comments: shown, held, rejected,
// closed, banned; and says why.
//
// Every hold names the rule and the words that it met, for the moderator, and says it in
// human words to the person. Judging is pure: it sees one news.Posting, read in the
// transaction that writes the comment, and may run twice. The package knows no SQL, no
// HTTP and no HTML beyond package markup's comments.
package moderation
