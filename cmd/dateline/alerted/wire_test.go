package alerted_test

import (
	"bufio"
	"encoding/binary"
	"errors"
)

// A message is a protocol buffer, which is what Google's push service says to Chromium:
// fields by number, one after the other.
type message []byte

func (m message) number(field int, v uint64) message {
	return binary.AppendUvarint(binary.AppendUvarint(m, uint64(field)<<3), v)
}

func (m message) fixed(field int, v uint64) message {
	return binary.LittleEndian.AppendUint64(binary.AppendUvarint(m, uint64(field)<<3|1), v)
}

func (m message) text(field int, v string) message {
	m = binary.AppendUvarint(m, uint64(field)<<3|2)
	return append(binary.AppendUvarint(m, uint64(len(v))), v...)
}

// framed is a message of MCS: its tag, its length, itself.
func (m message) framed(tag byte) []byte {
	return append(binary.AppendUvarint([]byte{tag}, uint64(len(m))), m...)
}

// readTag reads a message of MCS and gives its tag: which one came is all that matters.
func readTag(r *bufio.Reader) (tag byte, err error) {
	if tag, err = r.ReadByte(); err != nil {
		return 0, err
	}
	size, err := binary.ReadUvarint(r)
	if err != nil || size > 1<<20 {
		return 0, errors.Join(err, errors.New("no message of MCS"))
	}
	_, err = r.Discard(int(size))
	return tag, err
}
