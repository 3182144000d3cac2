package markup

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// maxJSONDepth leaves each node its object, its list, and its attributes.
const maxJSONDepth = 2*MaxDepth + 4

// maxMembers is more than any object of ours has; it keeps looking for
// duplicate keys short.
const maxMembers = 16

// value is one JSON value, read strictly: encoding/json alone would let the
// last of two equal keys win and turn half a surrogate pair into U+FFFD.
type value struct {
	members  []member // of an object; not nil
	items    []value  // of an array; not nil
	text     string   // of a string or number
	isString bool
	isNumber bool
}

type member struct {
	key   string
	value value
}

func (v value) member(key string) (value, bool) {
	for _, m := range v.members {
		if m.key == key {
			return m.value, true
		}
	}
	return value{}, false
}

// place is where in a document one is, written out only when something is
// wrong there.
type place struct {
	outer *place
	key   string // of an object, or empty for an index
	index int
}

func (p *place) at(key string) *place { return &place{outer: p, key: key} }
func (p *place) item(i int) *place    { return &place{outer: p, index: i} }

func (p *place) String() string {
	if p == nil {
		return ""
	}
	switch outer := p.outer.String(); {
	case p.key == "":
		return outer + "[" + strconv.Itoa(p.index) + "]"
	case outer == "":
		return p.key
	default:
		return outer + "." + p.key
	}
}

func readJSON(data []byte) (value, error) {
	// What is valid as a whole can be read without looking back.
	if !json.Valid(data) {
		return value{}, refuse(nil, "is not valid JSON")
	}
	r := &jsonReader{data: data}
	return r.value(nil, 1)
}

// jsonReader reads JSON that is known to be valid.
type jsonReader struct {
	data []byte
	pos  int
}

// next skips white space and the signs between values, and returns the byte
// that begins the next value or ends the current one.
func (r *jsonReader) next() byte {
	for r.pos < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[r.pos]) >= 0 {
		r.pos++
	}
	return r.data[r.pos]
}

func (r *jsonReader) value(at *place, depth int) (value, error) {
	if depth > maxJSONDepth {
		return value{}, refuse(nil, "is nested deeper than %d", MaxDepth)
	}
	switch c := r.next(); {
	case c == '{':
		return r.object(at, depth)
	case c == '[':
		return r.array(at, depth)
	case c == '"':
		s, err := r.str(at)
		return value{text: s, isString: true}, err
	default:
		start := r.pos
		for r.pos < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,]}"), r.data[r.pos]) < 0 {
			r.pos++
		}
		// true, false and null come back as nothing: no place takes them.
		return value{text: string(r.data[start:r.pos]), isNumber: c == '-' || '0' <= c && c <= '9'}, nil
	}
}

func (r *jsonReader) object(at *place, depth int) (value, error) {
	v := value{members: make([]member, 0, 4)}
	for r.pos++; r.next() != '}'; {
		key, err := r.str(at)
		if err != nil {
			return value{}, err
		}
		if _, twice := v.member(key); twice {
			return value{}, refuse(at.at(key), "stands twice")
		}
		if len(v.members) >= maxMembers {
			return value{}, refuse(at.at(key), "is not known here")
		}
		child, err := r.value(at.at(key), depth+1)
		if err != nil {
			return value{}, err
		}
		v.members = append(v.members, member{key, child})
	}
	r.pos++
	return v, nil
}

func (r *jsonReader) array(at *place, depth int) (value, error) {
	v := value{items: []value{}}
	for r.pos++; r.next() != ']'; {
		child, err := r.value(at.item(len(v.items)), depth+1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, child)
	}
	r.pos++
	return v, nil
}

// str reads a string; most have no escapes and are taken as they stand.
func (r *jsonReader) str(at *place) (string, error) {
	start := r.pos
	escaped := false
	for r.pos++; r.data[r.pos] != '"'; r.pos++ {
		if r.data[r.pos] == '\\' {
			escaped = true
			r.pos++
		}
	}
	r.pos++
	raw := r.data[start:r.pos]
	if !escaped {
		return string(raw[1 : len(raw)-1]), nil
	}
	if loneSurrogate(raw) {
		return "", refuse(at, "holds half a surrogate pair")
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// loneSurrogate looks for \uD800–\uDFFF escapes without their other half, in
// a string known to be valid.
func loneSurrogate(data []byte) bool {
	unit := func(i int) uint64 { // of the escape that begins at i, or 0
		if i+6 > len(data) || data[i] != '\\' || data[i+1] != 'u' {
			return 0
		}
		n, _ := strconv.ParseUint(string(data[i+2:i+6]), 16, 16) // hex in valid JSON
		return n
	}
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		switch u := unit(i); {
		case u >= 0xD800 && u < 0xDC00:
			if low := unit(i + 6); low < 0xDC00 || low > 0xDFFF {
				return true
			}
			i += 11
		case u >= 0xDC00 && u <= 0xDFFF:
			return true
		default:
			i++ // the escaped character, which may be a backslash
		}
	}
	return false
}
