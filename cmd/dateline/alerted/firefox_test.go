package alerted_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// A firefox is Firefox ESR with one tab, driven by WebDriver BiDi over one WebSocket:
// numbered calls, and results by number.
type firefox struct {
	t   *testing.T
	tab string
	ws  *websocket.Conn

	mu      sync.Mutex
	last    int
	results map[int]chan bidiResult
}

type bidiResult struct {
	Type    string          `json:"type"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
}

// firefoxPrefs have Firefox talk to nobody outside, and show notifications itself.
func firefoxPrefs(pushServer string) fields {
	return fields{
		"dom.push.serverURL": pushServer, "dom.push.testing.allowInsecureServerURL": true, "dom.push.connection.enabled": true,
		"alerts.useSystemBackend": false, "remote.active-protocols": 1,
		"browser.shell.checkDefaultBrowser": false, "datareporting.policy.dataSubmissionEnabled": false, "toolkit.telemetry.enabled": false,
		"app.update.enabled": false, "app.normandy.enabled": false, "extensions.systemAddon.update.enabled": false, "extensions.update.enabled": false,
		"network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false,
		"services.settings.server":             "data:,#remote-settings-dummy/v1",
		"browser.safebrowsing.malware.enabled": false, "browser.safebrowsing.phishing.enabled": false,
		"browser.startup.page": 0, "browser.newtabpage.enabled": false, "browser.aboutwelcome.enabled": false,
	}
}

func startFirefox(t *testing.T, pushServer string) *firefox {
	t.Helper()
	profile := t.TempDir()
	var prefs bytes.Buffer
	for name, v := range firefoxPrefs(pushServer) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&prefs, "user_pref(%q, %s);\n", name, b)
	}
	if err := os.WriteFile(filepath.Join(profile, "user.js"), prefs.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	said := &words{}
	cmd := exec.Command("firefox-esr", "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", port,
		"--remote-allow-origins", "http://127.0.0.1", "--remote-allow-system-access", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+profile, "MOZ_CRASHREPORTER_DISABLE=1")
	cmd.Stdout, cmd.Stderr = said, said
	// A group of its own, so that its content processes end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	f := &firefox{t: t, results: map[int]chan bidiResult{}}
	t.Cleanup(func() {
		if f.ws != nil {
			f.ws.Close()
		}
		syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		late := time.AfterFunc(3*time.Second, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		cmd.Wait()
		late.Stop()
		if t.Failed() {
			t.Logf("Firefox said:\n%s", said)
		}
	})
	eventually(t, "Firefox listens", func() bool {
		c, err := websocket.NewConfig("ws://"+address+"/session", "http://127.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		f.ws, err = websocket.DialConfig(c)
		return err == nil
	})
	f.ws.MaxPayloadBytes = 64 << 20
	go f.read()
	f.call("session.new", fields{"capabilities": fields{}}, nil)
	f.tab = f.tree(fields{})[0].Context
	f.call("browsingContext.setViewport", fields{"context": f.tab, "viewport": fields{"width": 390, "height": 780}}, nil)
	return f
}

func (f *firefox) read() {
	for {
		var m struct {
			ID int `json:"id"`
			bidiResult
		}
		if websocket.JSON.Receive(f.ws, &m) != nil {
			return
		}
		f.mu.Lock()
		c := f.results[m.ID] // none for an event
		delete(f.results, m.ID)
		f.mu.Unlock()
		if c != nil {
			c <- m.bidiResult
		}
	}
}

func (f *firefox) try(method string, params, into any) error {
	c := make(chan bidiResult, 1)
	f.mu.Lock()
	f.last++
	id := f.last
	f.results[id] = c
	f.mu.Unlock()
	if err := websocket.JSON.Send(f.ws, fields{"id": id, "method": method, "params": params}); err != nil {
		return err
	}
	select {
	case r := <-c:
		if r.Type == "error" {
			return fmt.Errorf("%s: %s: %s", method, r.Error, r.Message)
		}
		if into != nil {
			return json.Unmarshal(r.Result, into)
		}
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("%s: no answer", method)
	}
}

func (f *firefox) call(method string, params, into any) {
	f.t.Helper()
	if err := f.try(method, params, into); err != nil {
		f.t.Fatal(err)
	}
}

func (f *firefox) open(url string) {
	f.t.Helper()
	f.call("browsingContext.navigate", fields{"context": f.tab, "url": url, "wait": "complete"}, nil)
}

// tryAsk evaluates an expression in a context; a promise is waited for. The value comes
// as JSON.
func (f *firefox) tryAsk(context, js string, into any) error {
	var r struct {
		Type   string `json:"type"`
		Result struct {
			Value string `json:"value"`
		} `json:"result"`
		ExceptionDetails struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	err := f.try("script.evaluate", fields{"expression": "(async () => JSON.stringify(await (" + js + ")))()",
		"target": fields{"context": context}, "awaitPromise": true}, &r)
	if err == nil && r.Type == "exception" {
		err = errors.New(r.ExceptionDetails.Text)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", js, err)
	}
	return json.Unmarshal([]byte(r.Result.Value), into)
}

func (f *firefox) ask(js string, into any) {
	f.t.Helper()
	if err := f.tryAsk(f.tab, js, into); err != nil {
		f.t.Fatal(err)
	}
}

// becomes waits until an expression is true in the page.
func (f *firefox) becomes(what, js string) {
	f.t.Helper()
	eventually(f.t, what, func() bool {
		var ok bool
		return f.tryAsk(f.tab, "!!("+js+")", &ok) == nil && ok
	})
}

// press finds what a screen reader would call so, brings it into view and clicks it with
// the mouse.
func (f *firefox) press(role, name string) {
	f.t.Helper()
	var found struct {
		Nodes []struct {
			SharedID string `json:"sharedId"`
		} `json:"nodes"`
	}
	eventually(f.t, "there is a "+role+" "+name, func() bool {
		f.call("browsingContext.locateNodes", fields{"context": f.tab, "locator": fields{"type": "accessibility", "value": fields{"role": role, "name": name}}}, &found)
		return len(found.Nodes) == 1
	})
	node := fields{"sharedId": found.Nodes[0].SharedID}
	f.call("script.callFunction", fields{"functionDeclaration": "e => { e.scrollIntoView({block: 'center', behavior: 'instant'}) }",
		"arguments": []any{node}, "target": fields{"context": f.tab}, "awaitPromise": false}, nil)
	f.call("input.performActions", fields{"context": f.tab, "actions": []any{fields{"type": "pointer", "id": "mouse", "actions": []any{
		fields{"type": "pointerMove", "x": 0, "y": 0, "origin": fields{"type": "element", "element": node}},
		fields{"type": "pointerDown", "button": 0}, fields{"type": "pointerUp", "button": 0},
	}}}}, nil)
}

// clickNotification clicks on the one notification on the screen, which in Firefox is a
// small window of its own.
func (f *firefox) clickNotification() {
	f.t.Helper()
	eventually(f.t, "the notification is on the screen", func() bool {
		for _, c := range f.tree(fields{"moz:scope": "chrome"}) {
			var ok bool
			if c.URL == "chrome://global/content/alerts/alert.xhtml" {
				return f.tryAsk(c.Context, "(document.getElementById('alertBox').click(), true)", &ok) == nil && ok
			}
		}
		return false
	})
}

// A view is a tab or window of the browser.
type view struct {
	Context string `json:"context"`
	URL     string `json:"url"`
}

func (f *firefox) tree(params fields) []view {
	f.t.Helper()
	var tree struct {
		Contexts []view `json:"contexts"`
	}
	f.call("browsingContext.getTree", params, &tree)
	return tree.Contexts
}

// tabs are the addresses of all.
func (f *firefox) tabs() (list []string) {
	f.t.Helper()
	for _, c := range f.tree(fields{}) {
		list = append(list, c.URL)
	}
	return list
}

// answer is what the reader will say to the browser's own question.
func (f *firefox) answer(origin, state string) {
	f.t.Helper()
	f.call("permissions.setPermission", fields{"descriptor": fields{"name": "notifications"}, "state": state, "origin": origin}, nil)
}

// A shown is a notification as the browser has it.
type shown struct {
	Title   string `json:"title"`
	Body    string `json:"body"`
	Tag     string `json:"tag"`
	Lang    string `json:"lang"`
	Dir     string `json:"dir"`
	Actions int    `json:"actions"`
}

// notifications is an expression for those that a browser shows for this site.
const notifications = `navigator.serviceWorker.getRegistration('/').then(r => r ? r.getNotifications() : []).then(list =>
	list.map(n => ({title: n.title, body: n.body, tag: n.tag, lang: n.lang, dir: n.dir, actions: n.actions?.length || 0})))`

func (f *firefox) shows() (list []shown) {
	f.t.Helper()
	f.ask(notifications, &list)
	return list
}
