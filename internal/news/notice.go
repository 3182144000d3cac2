package news

import (
	"strings"
	"time"
)

// A Notice is something that whoever runs the site should know: what is broken and
// what to do, in a plain sentence. What is told again while it is open is the same
// notice, once more.
type Notice struct {
	Key     string // what it is about, a kind alone or "kind:which one"; of open ones the only one
	Text    string // as told last
	First   time.Time
	Last    time.Time
	Times   int
	Mailed  time.Time // when it was last mailed to the operator; zero is never
	Cleared time.Time // zero while it is open
	Relief  string    // what is to be mailed now that it is over; empty for nothing
}

// NoticeMailPause is how long nothing more is mailed about one thing: something that
// fails every second is one mail an hour.
const NoticeMailPause = time.Hour

// Kind is what sort of thing the notice is about.
func (n *Notice) Kind() string {
	kind, _, _ := strings.Cut(n.Key, ":")
	return kind
}

// Bounds of notices: strangers choose the names of push services, and each is one.
const (
	MaxNotices    = 500  // kept, the latest
	MaxNoticeText = 2000 // bytes
	MaxNoticeKey  = 300  // bytes
	// NoticeMemory is how long one that is over is kept.
	NoticeMemory = 30 * 24 * time.Hour
)
