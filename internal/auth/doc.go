// Package auth says who is asking: one-time sign-in links, sessions, API tokens,
// and throttling of those who guess.
//
// Every secret is 256 random bits of which only the SHA-256 is kept; a plain hash is
// enough because nobody can try that many. What a person may do is not decided here
// but by the rules of package news, in desk.
package auth
