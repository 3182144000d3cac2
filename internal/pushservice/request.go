package pushservice

// A name is a header that a push service looks at.
type name uint8

const (
	nameOther name = iota
	nameMethod
	nameScheme
	nameAuthority
	namePath
	nameAuthorization
	nameEncoding
	nameLength
	nameTTL
	nameUrgency
	nameTopic
	nameForbidden // in HTTP/2: RFC 9113, 8.2.2
	nameCount
)

func nameOf(s string) name {
	switch s {
	case ":method":
		return nameMethod
	case ":scheme":
		return nameScheme
	case ":authority":
		return nameAuthority
	case ":path":
		return namePath
	case "authorization":
		return nameAuthorization
	case "content-encoding":
		return nameEncoding
	case "content-length":
		return nameLength
	case "ttl":
		return nameTTL
	case "urgency":
		return nameUrgency
	case "topic":
		return nameTopic
	case "connection", "transfer-encoding", "keep-alive", "upgrade", "proxy-connection":
		return nameForbidden
	}
	if s == "" || s[0] == ':' {
		return nameForbidden
	}
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' || c <= ' ' || c >= 0x7f {
			return nameForbidden
		}
	}
	return nameOther
}

// A request is what a push service reads of one.
type request struct {
	path   []byte // its memory is used again
	value  [nameCount]string
	seen   [nameCount]bool
	broken string // why it is no request at all
}

func (r *request) reset() {
	path := r.path[:0]
	*r = request{path: path}
}

func (r *request) set(e *entry, regular *bool) {
	switch {
	case e.what == nameForbidden:
		r.broken = "a header that HTTP/2 forbids"
		return
	case e.what >= nameMethod && e.what <= namePath:
		if *regular || r.seen[e.what] {
			r.broken = "a pseudo-header twice, or after others"
		}
	default:
		*regular = true
		if e.what != nameOther && r.seen[e.what] {
			r.broken = "a header twice"
		}
	}
	r.seen[e.what] = true
	if e.what == namePath {
		r.path = append(r.path[:0], e.value...)
		return
	}
	r.value[e.what] = e.value
}
