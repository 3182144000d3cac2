package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	"dateline/internal/pushservice"
)

// benchPartEnv names a part of a bench that has a process of its own, so that its
// work is not counted as the server's. Only a bench sets it, for its children.
const benchPartEnv = "DATELINE_BENCH_PART"

// benchPart is such a process: it takes orders as lines of JSON and ends with its
// input, so that it cannot outlive the bench.
func benchPart(name string, std *std) error {
	orders, answers := json.NewDecoder(std.in), json.NewEncoder(std.out)
	for {
		var answer any
		var err error
		switch name {
		case "load":
			var o loadOrder
			if err = orders.Decode(&o); err == nil {
				answer = o.carryOut()
			}
		case "bare":
			var p barePage
			if err = orders.Decode(&p); err == nil {
				answer, err = p.serve()
			}
		case "taps":
			var o tapOrder
			if err = orders.Decode(&o); err == nil {
				answer = o.carryOut()
			}
		case "pushservice":
			var o pushservice.Options
			if err = orders.Decode(&o); err == nil {
				answer, err = servePush(o)
			}
		case "search":
			var o searchOrder
			if err = orders.Decode(&o); err == nil {
				answer, err = o.carryOut()
			}
		default:
			return fmt.Errorf("%s: there is no part %q of a bench", benchPartEnv, name)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = answers.Encode(answer)
		}
		if err != nil {
			return err
		}
	}
}

// A barePage is one page, and all that the simplest handler needs to answer it. A
// peer that is measured beside (--beside) gets the same order: on its standard input
// a line of JSON like this; it answers with a line of bareServer on its output,
// serves the page at every path, and ends when its input does.
type barePage struct {
	Type     string `json:"type"`     // Content-Type
	Encoding string `json:"encoding"` // Content-Encoding
	ETag     string `json:"etag"`     // answered with 304 when the browser has it
	Body     []byte `json:"body"`     // as it is sent; base64 in the JSON
}

type bareServer struct {
	Address string `json:"address"` // HOST:PORT that the page is served on
}

// serve answers with the page on a free port of the loopback, by the least that
// net/http can do, for as long as the process lives.
func (p barePage) serve() (bareServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return bareServer{}, fmt.Errorf("listen for the bare handler: %w", err)
	}
	length := strconv.Itoa(len(p.Body))
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if r.Header.Get("If-None-Match") == p.ETag {
			h.Set("ETag", p.ETag)
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", p.Type)
		h.Set("Content-Encoding", p.Encoding)
		h.Set("Content-Length", length)
		w.Write(p.Body)
	})}
	go srv.Serve(l)
	return bareServer{Address: l.Addr().String()}, nil
}

// servePush plays push services for as long as the process lives.
func servePush(o pushservice.Options) (pushservice.Info, error) {
	s, err := pushservice.Serve(context.Background(), o)
	if err != nil {
		return pushservice.Info{}, err
	}
	return s.Info(), nil
}
