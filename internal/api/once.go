package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"dateline/internal/news"
)

// keptHeader is what of an answer's headers is kept under a key.
type keptHeader struct {
	ETag     string `json:"etag,omitempty"`
	Location string `json:"location,omitempty"`
}

// keyLife is how long a key is remembered.
const keyLife = 24 * time.Hour

// once runs a route's handler, or gives the answer that the same request with the
// same Idempotency-Key was given before. What did something is kept; a refusal has
// done nothing, so its key stays free and the mended request may use it.
func (a *API) once(ctx context.Context, rt Route, q *request) (answer, error) {
	key := q.key()
	if key == "" || q.who.ID == "" { // keys are a token's own; without one, strangers would share them
		return rt.serve(ctx, q)
	}
	if len(key) > 255 || strings.Trim(key, " ") != key || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return answer{}, news.Wrong("Idempotency-Key", "Use at most 255 letters, digits and signs of ASCII.")
	}
	token := q.who.ID
	claim, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	answered, kept, err := a.o.Keys.ClaimKey(claim, token, key, q.hash())
	if err != nil {
		return answer{}, err
	}
	if answered {
		return replay(kept)
	}
	settled := false
	defer func() {
		if settled {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTime)
		defer cancel()
		if err := a.o.Keys.FreeKey(ctx, token, key); err != nil {
			a.o.Log.Error("an idempotency key could not be freed; it frees itself in a minute", "err", err)
		}
	}()
	ans, err := rt.serve(ctx, q)
	if err != nil {
		return answer{}, err
	}
	settled = true
	head, err := json.Marshal(keptHeader{ans.etag, ans.location})
	if err == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTime)
		defer cancel()
		err = a.o.Keys.AnswerKey(ctx, token, key, news.Replay{Status: ans.status, Header: string(head), Body: string(ans.body)})
	}
	if err != nil { // it is done all the same, and saying otherwise would be worse
		a.o.Log.Error("an answer could not be kept under its idempotency key", "err", err)
	}
	return ans, nil
}

func replay(kept news.Replay) (answer, error) {
	var head keptHeader
	if err := json.Unmarshal([]byte(kept.Header), &head); err != nil {
		return answer{}, fmt.Errorf("read a kept answer: %w", err)
	}
	return answer{status: kept.Status, body: []byte(kept.Body), etag: head.ETag, location: head.Location, replayed: true}, nil
}

// key is the request's idempotency key; only a POST has one.
func (q *request) key() string {
	if q.Method != http.MethodPost {
		return ""
	}
	return q.Header.Get("Idempotency-Key")
}

// hash tells one request from another: what is asked, and all that was sent.
func (q *request) hash() string {
	h := sha256.New()
	io.WriteString(h, q.Method+" "+q.URL.RequestURI()+"\n"+q.Header.Get("If-Match")+"\n"+q.name+"\n")
	h.Write(q.body)
	return hex.EncodeToString(h.Sum(nil))
}

// madeID is the identifier that what this request makes gets, the same when the request
// is repeated. Empty without a key.
func (q *request) madeID() string {
	if q.key() == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(q.who.ID + "\n" + q.key() + "\n" + q.hash()))
	sum[6] = sum[6]&0x0f | 0x80 // version 8: of our own making
	sum[8] = sum[8]&0x3f | 0x80
	x := hex.EncodeToString(sum[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}
