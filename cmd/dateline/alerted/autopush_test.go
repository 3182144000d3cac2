package alerted_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/websocket"
)

// An autopush is the side of Mozilla's push service that browsers talk to: WebSocket
// messages of JSON. What it gives out are addresses at a post office.
type autopush struct {
	post *postOffice
	srv  *httptest.Server

	mu       sync.Mutex
	ws       *websocket.Conn
	channels map[string]string // endpoint by the browser's name for a subscription
	left     []string          // endpoints that the browser gave back
	acks     []int             // 100: decrypted, and handed to the service worker
	sent     int
}

func newAutopush(t *testing.T, post *postOffice) *autopush {
	a := &autopush{post: post, channels: map[string]string{}}
	// Any protocol that the browser names is spoken.
	shake := func(c *websocket.Config, _ *http.Request) error {
		c.Protocol = c.Protocol[:min(1, len(c.Protocol))]
		return nil
	}
	a.srv = httptest.NewServer(websocket.Server{Handshake: shake, Handler: a.serve})
	t.Cleanup(func() {
		a.srv.CloseClientConnections()
		a.srv.Close()
	})
	return a
}

// address is for Firefox's dom.push.serverURL.
func (a *autopush) address() string { return "ws" + strings.TrimPrefix(a.srv.URL, "http") + "/" }

func (a *autopush) serve(ws *websocket.Conn) {
	for {
		var raw string
		if websocket.Message.Receive(ws, &raw) != nil {
			return
		}
		var m struct {
			MessageType string `json:"messageType"`
			ChannelID   string `json:"channelID"`
			Key         string `json:"key"`
			Updates     []struct {
				Code int `json:"code"`
			} `json:"updates"`
		}
		if err := json.Unmarshal([]byte(raw), &m); err != nil {
			a.post.t.Errorf("Firefox told its push service %q", raw)
			return
		}
		if answer := a.answer(ws, m.MessageType, m.ChannelID, m.Key); answer != nil {
			websocket.JSON.Send(ws, answer)
		}
		a.mu.Lock()
		for _, u := range m.Updates {
			a.acks = append(a.acks, u.Code)
		}
		a.mu.Unlock()
	}
}

func (a *autopush) answer(ws *websocket.Conn, what, channel, key string) any {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch what {
	case "hello":
		a.ws = ws
		return fields{"messageType": "hello", "uaid": strings.Repeat("a", 32), "status": 200, "use_webpush": true, "broadcasts": fields{}}
	case "register":
		endpoint := a.post.open("/wpush/v2/"+channel, &box{key: strings.TrimRight(key, "="), deliver: func(body []byte) error { return a.deliver(channel, body) }})
		a.channels[channel] = endpoint
		return fields{"messageType": "register", "channelID": channel, "status": 200, "pushEndpoint": endpoint}
	case "unregister":
		a.left = append(a.left, a.channels[channel])
		return fields{"messageType": "unregister", "channelID": channel, "status": 200}
	case "ack", "broadcast_subscribe":
		return nil
	}
	return fields{} // a ping
}

func (a *autopush) deliver(channel string, body []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ws == nil {
		return errors.New("the browser is not there")
	}
	a.sent++
	return websocket.JSON.Send(a.ws, fields{"messageType": "notification", "channelID": channel, "version": fmt.Sprint("message-", a.sent),
		"data": base64url.EncodeToString(body), "headers": fields{"encoding": "aes128gcm"}})
}

// acknowledged gives how Firefox acknowledged the messages so far.
func (a *autopush) acknowledged() []int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]int(nil), a.acks...)
}

// endpoints are those that were given out and not given back.
func (a *autopush) endpoints() (list []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.channels {
		back := false
		for _, l := range a.left {
			back = back || l == e
		}
		if !back {
			list = append(list, e)
		}
	}
	return list
}
