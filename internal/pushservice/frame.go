package pushservice

import (
	"encoding/binary"
	"fmt"
)

// Frames of HTTP/2 (RFC 9113, 6).
const (
	frameData         = 0
	frameHeaders      = 1
	framePriority     = 2
	frameReset        = 3
	frameSettings     = 4
	framePushPromise  = 5
	framePing         = 6
	frameGoAway       = 7
	frameWindowUpdate = 8
	frameContinuation = 9

	flagACK        = 0x1 // SETTINGS, PING
	flagEndStream  = 0x1 // DATA, HEADERS
	flagEndHeaders = 0x4
	flagPadded     = 0x8
	flagPriority   = 0x20

	settingTableSize = 1
	settingStreams   = 3
	settingWindow    = 4

	codeNone        = 0
	codeProtocol    = 1
	codeFlowControl = 3
	codeClosed      = 5
	codeFrameSize   = 6
	codeRefused     = 7
	codeCompression = 9
	codeCalm        = 11

	frameHeader   = 9
	maxFrame      = 16384
	defaultWindow = 65535
	maxWindow     = 1<<31 - 1
)

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// A frame's payload is a part of the read buffer.
type frame struct {
	kind    byte
	flags   byte
	stream  uint32
	payload []byte
}

// A protocolError is what a client did against HTTP/2; it ends the connection,
// or one stream.
type protocolError struct {
	code uint32
	why  string
}

func (e *protocolError) Error() string {
	return fmt.Sprintf("client breaks HTTP/2 (code %d): %s", e.code, e.why)
}

// readFrame takes one frame off b; ok is false if b holds only part of one.
func readFrame(b []byte) (f frame, rest []byte, ok bool, err error) {
	if len(b) < frameHeader {
		return frame{}, b, false, nil
	}
	n := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
	if n > maxFrame {
		return frame{}, b, false, &protocolError{codeFrameSize, "frame is too long"}
	}
	if len(b) < frameHeader+n {
		return frame{}, b, false, nil
	}
	f = frame{b[3], b[4], binary.BigEndian.Uint32(b[5:]) &^ (1 << 31), b[frameHeader : frameHeader+n]}
	return f, b[frameHeader+n:], true, nil
}

// unpadded is the payload of DATA or HEADERS without padding and priority.
func (f *frame) unpadded() ([]byte, bool) {
	p := f.payload
	pad := 0
	if f.flags&flagPadded != 0 {
		if len(p) == 0 {
			return nil, false
		}
		pad, p = int(p[0]), p[1:]
	}
	if f.kind == frameHeaders && f.flags&flagPriority != 0 {
		if len(p) < 5 {
			return nil, false
		}
		p = p[5:]
	}
	if pad > len(p) {
		return nil, false
	}
	return p[:len(p)-pad], true
}

func appendFrameHeader(dst []byte, length int, kind, flags byte, stream uint32) []byte {
	dst = append(dst, byte(length>>16), byte(length>>8), byte(length), kind, flags)
	return binary.BigEndian.AppendUint32(dst, stream)
}

func appendReset(dst []byte, stream, code uint32) []byte {
	dst = appendFrameHeader(dst, 4, frameReset, 0, stream)
	return binary.BigEndian.AppendUint32(dst, code)
}

func appendWindowUpdate(dst []byte, stream uint32, n int) []byte {
	dst = appendFrameHeader(dst, 4, frameWindowUpdate, 0, stream)
	return binary.BigEndian.AppendUint32(dst, uint32(n))
}

func appendGoAway(dst []byte, last, code uint32, why string) []byte {
	dst = appendFrameHeader(dst, 8+len(why), frameGoAway, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, last)
	dst = binary.BigEndian.AppendUint32(dst, code)
	return append(dst, why...)
}

func appendSetting(dst []byte, id uint16, value uint32) []byte {
	dst = binary.BigEndian.AppendUint16(dst, id)
	return binary.BigEndian.AppendUint32(dst, value)
}
