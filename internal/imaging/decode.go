package imaging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"
	"time"
)

// decodeTime is how long one picture may take to unpack, by the clock on the
// wall; 60 megapixels need about two seconds on one core of its own.
const decodeTime = 8 * time.Second

// decoding holds the pictures that are being worked on in this process, since
// each may need MaxDecodedBytes: two, or one where cores and so likely memory
// are few. It is the process's memory that is guarded, hence the one global.
var decoding = make(chan struct{}, max(1, min(2, runtime.GOMAXPROCS(0)/2)))

// enter waits for a turn to decode.
func enter(ctx context.Context) (leave func(), err error) {
	select {
	case decoding <- struct{}{}:
		return func() { <-decoding }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to unpack picture: %w", ctx.Err())
	}
}

var errTooLong = errors.New("unpacking takes too long")

// decode unpacks what measure let through.
func decode(ctx context.Context, h header) (img image.Image, err error) {
	timed, cancel := context.WithTimeoutCause(ctx, decodeTime, errTooLong)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, broken(fmt.Errorf("panic: %v", r))
		}
	}()
	img, err = decoders[h.format].decode(&timedReader{ctx: timed, r: bytes.NewReader(h.body)})
	switch {
	case err == nil:
		return img, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("unpack picture: %w", ctx.Err())
	case timed.Err() != nil:
		return nil, &Refused{Reason: "This picture takes too long to unpack. Save it smaller, as an ordinary (baseline) JPEG, and upload that.", Err: errTooLong}
	}
	return nil, broken(err)
}

// timedReader fails once its context is over: the decoders take no context,
// but all of them read.
type timedReader struct {
	ctx context.Context
	r   io.Reader
}

func (t *timedReader) Read(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	return t.r.Read(p)
}
