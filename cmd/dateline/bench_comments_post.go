package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
)

// A benchPost is a mail server that takes everything and keeps nothing (RFC 5321, as much of it
// as a sender needs).
type benchPost struct {
	net.Listener
	taken atomic.Int64
}

func newBenchPost() (*benchPost, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start a mail server to measure with: %w", err)
	}
	p := &benchPost{Listener: l}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // closed
			}
			go p.talk(c)
		}
	}()
	return p, nil
}

func (p *benchPost) talk(c net.Conn) {
	defer c.Close()
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	say("220 bench ESMTP")
	text := false
	for s := bufio.NewScanner(c); s.Scan(); {
		switch line := strings.ToUpper(s.Text()); {
		case text:
			if text = line != "."; !text {
				p.taken.Add(1)
				say("250 taken")
			}
		case line == "DATA":
			text = true
			say("354 go on")
		case line == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}
