package fanout

import "encoding/base64"

// What stands behind the last slash of an endpoint is a token in base64url at every push
// service but Google's, where there is a colon in it: kept as the bytes that it stands
// for, a book takes a quarter less.
//
// A kept token begins with a byte that says how it is written: 0 is as it is. Else, less
// one, the two lower bits count the characters at its end that are as they are, being no
// whole four; and the third says that a character and its place follow, which is put
// back last.

const tokenOdd = 4

var tokens = base64.RawURLEncoding

// appendToken appends a token, packed if it can be.
func appendToken(dst []byte, token string) []byte {
	odd := -1
	for i := range len(token) {
		switch c := token[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		case odd < 0 && i < 256:
			odd = i
		default:
			return append(append(dst, 0), token...)
		}
	}
	rest := token
	head := byte(1)
	if odd >= 0 {
		head += tokenOdd
		rest = token[:odd] + token[odd+1:]
	}
	whole := len(rest) &^ 3
	dst = append(dst, head+byte(len(rest)-whole))
	if odd >= 0 {
		dst = append(dst, token[odd], byte(odd))
	}
	dst, err := tokens.AppendDecode(dst, []byte(rest[:whole]))
	if err != nil { // cannot be: all characters were looked at
		panic(err)
	}
	return append(dst, rest[whole:]...)
}

// unpackToken appends what appendToken packed.
func unpackToken(dst, packed []byte) []byte {
	head := packed[0]
	packed = packed[1:]
	if head == 0 {
		return append(dst, packed...)
	}
	head--
	var odd, at byte
	if head&tokenOdd != 0 {
		odd, at, packed = packed[0], packed[1], packed[2:]
	}
	whole := len(packed) - int(head&3)
	begin := len(dst)
	dst = tokens.AppendEncode(dst, packed[:whole])
	dst = append(dst, packed[whole:]...)
	if head&tokenOdd != 0 {
		place := begin + int(at)
		dst = append(dst, 0)
		copy(dst[place+1:], dst[place:])
		dst[place] = odd
	}
	return dst
}
