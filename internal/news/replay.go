package news

// A Replay is what a program's request with an idempotency key was answered, kept
// so that the same request again is answered the same and does nothing.
type Replay struct {
	Status int
	Header string // of the door's choosing: JSON of what matters
	Body   string
}
