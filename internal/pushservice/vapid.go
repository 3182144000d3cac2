package pushservice

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

const (
	maxTokenLife = 24 * time.Hour // RFC 8292, 2
	maxVerdicts  = 4096
)

var (
	errToken   = errors.New("not a token as RFC 8292 asks")
	errNoToken = errors.New("no vapid authorization")
)

// A verdict is what is known of one Authorization header at one origin.
type verdict struct {
	mark keyMark
	exp  time.Time
	err  error
}

// verdicts remembers them, so that each distinct token is verified once, as
// RFC 8292, 5 expects of push services.
type verdicts struct {
	origin string
	mu     sync.Mutex
	known  map[string]verdict
}

// of is the verdict on a header; a token that was good may have expired since.
func (v *verdicts) of(header string, now time.Time) verdict {
	v.mu.Lock()
	defer v.mu.Unlock()
	if found, ok := v.known[header]; ok {
		return found
	}
	found := verify(header, v.origin, now)
	if v.known == nil || len(v.known) >= maxVerdicts {
		v.known = make(map[string]verdict)
	}
	v.known[strings.Clone(header)] = found
	return found
}

// verified counts the distinct tokens.
func (v *verdicts) verified() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.known)
}

// verify checks signature, audience and expiry of "vapid t=…, k=…".
func verify(header, origin string, now time.Time) verdict {
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "vapid") {
		return verdict{err: errNoToken}
	}
	var token, key string
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch value = strings.Trim(value, `"`); name {
		case "t":
			token = value
		case "k":
			key = value
		}
	}
	point, public, err := parseKey(key)
	if err != nil {
		return verdict{err: fmt.Errorf("k: %w", err)}
	}
	part := strings.Split(token, ".")
	if len(part) != 3 {
		return verdict{err: fmt.Errorf("t has %d parts: %w", len(part), errToken)}
	}
	var head struct{ Alg string }
	var claims struct {
		Aud string
		Exp int64
	}
	if err := readPart(part[0], &head); err != nil || head.Alg != "ES256" {
		return verdict{err: fmt.Errorf("t is signed by %q: %w", head.Alg, errToken)}
	}
	if err := readPart(part[1], &claims); err != nil {
		return verdict{err: fmt.Errorf("claims: %w", errToken)}
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(part[2])
	if err != nil || len(signature) != 64 {
		return verdict{err: fmt.Errorf("signature of %d bytes: %w", len(signature), errToken)}
	}
	sum := sha256.Sum256([]byte(part[0] + "." + part[1]))
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	exp := time.Unix(claims.Exp, 0)
	switch {
	case !ecdsa.Verify(public, sum[:], r, s):
		return verdict{err: fmt.Errorf("signature is not by k: %w", errToken)}
	case claims.Aud != origin:
		return verdict{err: fmt.Errorf("aud is %q, want %q: %w", claims.Aud, origin, errToken)}
	case exp.Sub(now) > maxTokenLife:
		return verdict{err: fmt.Errorf("exp is more than 24 hours ahead: %w", errToken)}
	case !exp.After(now):
		return verdict{err: fmt.Errorf("exp has passed: %w", errToken)}
	}
	return verdict{mark: markOf(point), exp: exp}
}

func readPart(text string, into any) error {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}
