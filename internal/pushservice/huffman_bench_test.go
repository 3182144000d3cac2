package pushservice

import (
	"testing"

	"golang.org/x/net/http2/hpack"
)

func BenchmarkHuffman(b *testing.B) {
	path := NewIssuer("seed", threeOrigins).tokens.appendPath(nil, ticket{number: 9})
	coded := hpack.AppendHuffmanString(nil, string(path))
	var dst []byte
	for b.Loop() {
		dst, _ = appendHuffman(dst[:0], coded)
	}
}
