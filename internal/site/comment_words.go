package site

import (
	"html/template"

	"dateline/internal/news"
)

// commentFuncs are what the templates of comments may call.
func (r *Renderer) commentFuncs() template.FuncMap {
	return template.FuncMap{
		"shut":          r.shutText,
		"orders":        func() []news.CommentOrder { return commentOrders[:] },
		"orderName":     r.orderName,
		"commentStep":   r.commentStep,
		"ownState":      r.ownState,
		"reportReasons": r.reportReasons,
		"signInTitle":   r.signInTitle,
		"accountTitle":  r.accountTitle,
	}
}

var commentOrders = [...]news.CommentOrder{news.BestComments, news.NewestComments, news.OldestComments}

func (r *Renderer) orderName(o news.CommentOrder) string {
	switch o {
	case news.NewestComments:
		return r.words.OrderNewest
	case news.OldestComments:
		return r.words.OrderOldest
	}
	return r.words.OrderBest
}

// shutText says why no comments are taken.
func (r *Renderer) shutText(why news.CommentsShut) string {
	w := r.words
	switch why {
	case news.CommentsShutByDate:
		return w.ShutByDate
	case news.CommentsShutByTopic:
		return w.ShutByTopic
	case news.CommentsShutSite:
		return w.ShutSite
	}
	return w.ShutByStory
}

func (r *Renderer) commentStep(p *CommentPage) string {
	w := r.words
	switch p.Step {
	case CommentShow:
		return w.CommentShowTitle
	case CommentEdit:
		return w.CommentEditTitle
	case CommentDelete:
		return w.CommentDeleteTitle
	case CommentFlag:
		return w.CommentFlagTitle
	case CommentThanks:
		return w.CommentThanksTitle
	}
	if p.ParentView != nil {
		return w.CommentAnswerTitle
	}
	return w.CommentWriteTitle
}

func (r *Renderer) ownState(s news.CommentStatus) string {
	w := r.words
	switch s {
	case news.CommentPublished:
		return w.OwnPublished
	case news.CommentRejected:
		return w.OwnRejected
	case news.CommentDeleted:
		return w.OwnDeleted
	}
	return w.OwnHeld
}

// reportReasons are what a reader can say is wrong with a comment, each with the word
// that moderators' records have for it.
func (r *Renderer) reportReasons() [][2]string {
	w := r.words
	return [][2]string{
		{"spam", w.ReportSpam}, {"abuse", w.ReportAbuse}, {"hate", w.ReportHate},
		{"false", w.ReportFalse}, {"private", w.ReportPrivate}, {"other", w.ReportOther},
	}
}

func (r *Renderer) signInTitle(s SignInStep) string {
	w := r.words
	switch s {
	case SignInCode:
		return w.CodeTitle
	case SignInLink:
		return w.LinkTitle
	case SignInName:
		return w.NameTitle
	case SignInDraft:
		return w.DraftTitle
	}
	return w.SignInTitle
}

func (r *Renderer) accountTitle(s AccountStep) string {
	w := r.words
	switch s {
	case AccountDelete:
		return w.AccountDelete
	case AccountDeleted:
		return w.DeletedTitle
	case AccountStop, AccountStopped:
		return w.AnswersStopTitle
	}
	return w.AccountTitle
}

// AnswerMail is what a reader is written when name answered a comment of theirs.
func (r *Renderer) AnswerMail(siteName, name, headline, text, link, stop string) (subject, body string) {
	w := r.words
	return plain(w.AnswerMailSubject, "name", name, "site", siteName),
		plain(w.AnswerMailBody, "name", name, "headline", headline, "text", text, "link", link, "stop", stop, "site", siteName)
}
