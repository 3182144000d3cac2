package alerted_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// A gcm is the side of Google's push service that Chromium talks to: check-in and
// registration over HTTP, and messages over a connection of MCS. Chromium makes the
// keys, and decrypts; the addresses that it makes of our tokens belong to Google, and a
// front (front_test.go) puts a post office in their place.
type gcm struct {
	http *httptest.Server
	mcs  net.Listener
	tls  *httptest.Server // for its certificate

	mu     sync.Mutex
	conns  map[net.Conn]bool
	office *postOffice             // of the test that runs
	given  map[string]registration // by token
	tokens int                     // so many were given
	sent   int                     // messages
}

// A registration is one subscription, as Chromium asks for it.
type registration struct{ app, subtype, sender string }

// The tags of MCS, and the byte that both sides begin with.
const (
	mcsPing     = 0
	mcsPong     = 1
	mcsLogin    = 2
	mcsLoggedIn = 3
	mcsMessage  = 8
	mcsVersion  = 41
)

// What Chromium makes addresses of. Without a brand it is the first one.
const (
	googleTesting = "https://jmt17.google.com"
	google        = "https://fcm.googleapis.com"
	googlePath    = "/fcm/send/"
)

func newGCM() (*gcm, error) {
	g := &gcm{conns: map[net.Conn]bool{}, given: map[string]registration{}}
	g.tls = httptest.NewUnstartedServer(nil)
	g.tls.StartTLS()
	var err error
	if g.mcs, err = tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: g.tls.TLS.Certificates}); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/checkin", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-protobuf")
		w.Write(message{}.number(1, 1).number(3, uint64(time.Now().UnixMilli())).fixed(7, 4_711_042).fixed(8, 8_150_042))
	})
	mux.HandleFunc("/register", g.register)
	g.http = httptest.NewServer(mux)
	go g.accept()
	return g, nil
}

func (g *gcm) close() {
	g.http.Close()
	g.mcs.Close()
	g.tls.Close()
}

// flags tell Chromium where this service is.
func (g *gcm) flags() map[string]any {
	return map[string]any{
		"gcm-checkin-url": g.http.URL + "/checkin", "gcm-registration-url": g.http.URL + "/register",
		"gcm-mcs-endpoint": "https://" + g.mcs.Addr().String() + "/", "ignore-certificate-errors": true,
	}
}

// serves has what is registered from now on delivered by a post office.
func (g *gcm) serves(p *postOffice) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.office = p
}

func (g *gcm) register(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	reg := registration{r.PostForm.Get("app"), r.PostForm.Get("X-subtype"), r.PostForm.Get("sender")}
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.PostForm.Get("delete") == "true" {
		for token, kept := range g.given {
			if kept.subtype == reg.subtype {
				delete(g.given, token)
			}
		}
		fmt.Fprintf(w, "token=%s", reg.app)
		return
	}
	g.tokens++
	token := fmt.Sprintf("token-%d:APA91b", g.tokens)
	g.given[token] = reg
	g.office.open(googlePath+token, &box{key: reg.sender, deliver: func(body []byte) error { return g.deliver(token, body) }})
	fmt.Fprintf(w, "token=%s", token)
}

// endpoints are the subscriptions of one site that Chromium has now, as the site knows
// them.
func (g *gcm) endpoints(origin string, p *postOffice) (list []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for token, reg := range g.given {
		if strings.HasPrefix(reg.subtype, "wp:"+origin+"/") {
			list = append(list, p.srv.URL+googlePath+token)
		}
	}
	return list
}

func (g *gcm) accept() {
	for {
		c, err := g.mcs.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			g.talk(c)
		}()
	}
}

// talk speaks with Chromium until one of both ends it.
func (g *gcm) talk(c net.Conn) {
	defer func() {
		g.mu.Lock()
		delete(g.conns, c)
		g.mu.Unlock()
	}()
	r := bufio.NewReader(c)
	if v, err := r.ReadByte(); err != nil || v != mcsVersion {
		return
	}
	for {
		tag, err := readTag(r)
		if err != nil {
			return
		}
		g.mu.Lock()
		switch tag {
		case mcsLogin:
			g.conns[c] = true
			_, err = c.Write(append([]byte{mcsVersion}, message{}.text(1, "session").framed(mcsLoggedIn)...))
		case mcsPing:
			_, err = c.Write(message{}.framed(mcsPong))
		}
		g.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// deliver hands a message to Chromium, as bytes that only its reader's part can read.
func (g *gcm) deliver(token string, body []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	reg, ok := g.given[token]
	if !ok || len(g.conns) == 0 {
		return fmt.Errorf("no browser for %s", token)
	}
	g.sent++
	id := fmt.Sprintf("0:%d", g.sent)
	pair := func(k, v string) string { return string(message{}.text(1, k).text(2, v)) }
	m := message{}.text(2, id).text(3, reg.sender).text(5, reg.app).
		text(7, pair("subtype", reg.subtype)).text(7, pair("content-encoding", "aes128gcm")).
		text(9, id).number(17, 3600).number(18, uint64(time.Now().UnixMilli())).text(21, string(body))
	// Parts of Chromium that have nothing to do with readers connect for themselves. Only
	// the one that asked for this token takes the message.
	for c := range g.conns {
		if _, err := c.Write(m.framed(mcsMessage)); err != nil {
			return err
		}
	}
	return nil
}

// standsFor rewrites Google's addresses to a post office's.
func standsFor(p *postOffice) *strings.Replacer {
	return strings.NewReplacer(googleTesting+googlePath, p.srv.URL+googlePath, google+googlePath, p.srv.URL+googlePath)
}
