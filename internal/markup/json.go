package markup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// maxJSONDepth leaves each node its object, its list, and its attributes.
const maxJSONDepth = 2*MaxDepth + 4

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

func readJSON(data []byte) (value, error) {
	if !json.Valid(data) {
		return value{}, refuse("", "is not valid JSON")
	}
	if loneSurrogate(data) {
		return value{}, refuse("", "holds half a surrogate pair")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return readValue(dec, "", 1)
}

func readValue(dec *json.Decoder, path string, depth int) (value, error) {
	if depth > maxJSONDepth {
		return value{}, refuse("", "is nested deeper than %d", MaxDepth)
	}
	tok, err := dec.Token()
	if err != nil {
		return value{}, refuse(path, "is not valid JSON")
	}
	switch t := tok.(type) {
	case string:
		return value{text: t, isString: true}, nil
	case json.Number:
		return value{text: t.String(), isNumber: true}, nil
	case json.Delim:
		if t == '{' {
			return readObject(dec, path, depth)
		}
		return readArray(dec, path, depth)
	}
	return value{}, nil // true, false, null: no place takes them
}

func readObject(dec *json.Decoder, path string, depth int) (value, error) {
	v := value{members: []member{}}
	for dec.More() {
		tok, err := dec.Token()
		key, ok := tok.(string)
		if err != nil || !ok {
			return value{}, refuse(path, "is not valid JSON")
		}
		at := path + "." + key
		if _, twice := v.member(key); twice {
			return value{}, refuse(at, "stands twice")
		}
		if len(v.members) >= 16 { // more than any object of ours; keeps the search short
			return value{}, refuse(at, "is not known here")
		}
		child, err := readValue(dec, at, depth+1)
		if err != nil {
			return value{}, err
		}
		v.members = append(v.members, member{key, child})
	}
	_, err := dec.Token() // the closing brace
	return v, err
}

func readArray(dec *json.Decoder, path string, depth int) (value, error) {
	v := value{items: []value{}}
	for i := 0; dec.More(); i++ {
		child, err := readValue(dec, fmt.Sprintf("%s[%d]", path, i), depth+1)
		if err != nil {
			return value{}, err
		}
		v.items = append(v.items, child)
	}
	_, err := dec.Token() // the closing bracket
	return v, err
}

// loneSurrogate looks for \uD800–\uDFFF escapes without their other half, in
// JSON known to be valid.
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
