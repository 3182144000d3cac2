package site

// commentRoutes are the addresses of comments and of readers' accounts that do not stand
// under an article's.
func (s *Site) commentRoutes() []Route {
	return []Route{
		{"GET /comments/{id}", s.serveComment},
		{"GET /comments/{id}/shown", s.toPlace},
		{"GET /comments/{id}/thread", s.serveThread},
		{"GET /comments/{id}/answer", s.serveAnswer},
		{"GET /comments/{id}/edit", s.serveEdit(CommentEdit)},
		{"POST /comments/{id}/edit", s.editComment},
		{"GET /comments/{id}/delete", s.serveEdit(CommentDelete)},
		{"POST /comments/{id}/delete", s.deleteComment},
		{"GET /comments/{id}/report", s.serveReport},
		{"POST /comments/{id}/report", s.reportComment},
		{"POST /comments/like", s.likeComment},
		{"GET /account", s.signedIn(s.serveAccount)},
		{"GET /account/comments", s.serveMine},
		{"GET /account/likes", s.serveLikes},
		{"GET /account/data.json", s.signedIn(s.serveData)},
		{"GET /account/delete", s.signedIn(s.serveDelete)},
		{"POST /account/delete", s.signedIn(s.deleteAccount)},
		{"POST /account/name", s.signedIn(s.nameAccount)},
		{"POST /account/mail", s.signedIn(s.mailAccount)},
		{"GET /account/mail/stop", s.serveAnswersStop},
		{"POST /account/mail/stop", s.stopAnswers},
		{"POST /account/sign-out", s.signedIn(s.signOut)},
		{"GET /account/sign-in", s.serveSignIn},
		{"POST /account/sign-in", s.askSignIn},
		{"POST /account/sign-in/code", s.trySignIn},
		{"GET /account/sign-in/link", s.serveSignInLink},
		{"POST /account/sign-in/link", s.spendSignInLink},
	}
}
