package alerted_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/backgroundservice"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// One Chromium serves all tests, and one service of messages behind it. Its profile is
// an ordinary one: in a private window it has no notifications.
var (
	chromium      = sync.OnceValues(startChromium)
	closeChromium = func() {}
)

type browserAndService struct {
	ctx context.Context
	gcm *gcm
}

// noOtherHost makes every name impossible to find.
const noOtherHost = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"

func startChromium() (*browserAndService, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	g, err := newGCM()
	if err != nil {
		return nil, err
	}
	// Not chromedp's usual flags: they turn off what waits for messages.
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless,
		chromedp.Flag("host-resolver-rules", noOtherHost), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("password-store", "basic"), chromedp.Flag("use-mock-keychain", true), chromedp.Flag("disable-dev-shm-usage", true),
	}
	for name, v := range g.flags() {
		opts = append(opts, chromedp.Flag(name, v))
	}
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, closeIt := chromedp.NewContext(ctx)
	closeChromium = func() {
		slow, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		chromedp.Cancel(slow)
		closeIt()
		stop()
		g.close()
	}
	return &browserAndService{ctx, g}, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
}

// A tab is one of Chromium's, at one site, and Chromium's own record of what it showed.
type tab struct {
	t   *testing.T
	ctx context.Context
	gcm *gcm

	mu     sync.Mutex
	record []backgroundservice.Event
}

// openTab opens a tab for readers of a site, whose messages a post office has.
func openTab(t *testing.T, p *postOffice) *tab {
	t.Helper()
	b, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	b.gcm.serves(p)
	ctx, _ := chromedp.NewContext(b.ctx)
	t.Cleanup(func() { chromedp.Cancel(ctx) })
	// The first step makes the tab, which lasts as long as that step may take.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 780)); err != nil {
		t.Fatal(err)
	}
	c := &tab{t: t, ctx: ctx, gcm: b.gcm}
	if err := chromedp.Listen(ctx, c.notice); err != nil {
		t.Fatal(err)
	}
	for _, s := range []backgroundservice.ServiceName{backgroundservice.ServiceNameNotifications, backgroundservice.ServiceNamePushMessaging} {
		if _, err := chromedp.Call(ctx, backgroundservice.StartObserving, backgroundservice.StartObservingParams{Service: s}); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Call(ctx, backgroundservice.SetRecording, backgroundservice.SetRecordingParams{ShouldRecord: true, Service: s}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c *tab) notice(ev any) {
	if e, ok := ev.(*backgroundservice.EventBackgroundServiceEventReceived); ok {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.record = append(c.record, *e.BackgroundServiceEvent)
	}
}

// recorded counts events of a site by name and, unless that is empty, by what stands in
// their details, such as a notification's title.
func (c *tab) recorded(origin, name, detail string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.record {
		with := func(m *backgroundservice.EventMetadata) bool { return m.Value == detail }
		if e.EventName == name && e.Origin == origin+"/" && (detail == "" || slices.ContainsFunc(e.EventMetadata, with)) {
			n++
		}
	}
	return n
}

func (c *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		c.t.Fatalf("%s: %v", what, err)
	}
}

func (c *tab) open(url string) { c.t.Helper(); c.do("open "+url, chromedp.Navigate(url)) }

// press clicks with the mouse on what a selector finds.
func (c *tab) press(selector string) {
	c.t.Helper()
	c.do("press "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// asked evaluates an expression in a page or worker; a promise is waited for.
func asked[T any](ctx context.Context, t *testing.T, js string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// becomes waits until an expression is true in the page.
func (c *tab) becomes(what, js string) {
	c.t.Helper()
	eventually(c.t, what, func() bool {
		v, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool]("Promise.resolve("+js+").then(x => !!x)", chromedp.EvalAwaitPromise))
		return err == nil && v
	})
}

// answer is what the reader says to the browser's own question.
func (c *tab) answer(origin, setting string) {
	c.t.Helper()
	if _, err := chromedp.CallBrowser(c.ctx, browser.SetPermission, browser.SetPermissionParams{
		Origin: origin, Setting: browser.PermissionSetting(setting), Permission: &browser.PermissionDescriptor{Name: "notifications"}}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *tab) shows() []shown { c.t.Helper(); return asked[[]shown](c.ctx, c.t, notifications) }

// worker gives the service worker of a site, to look into.
func (c *tab) worker(origin string) context.Context {
	c.t.Helper()
	var ctx context.Context
	eventually(c.t, "the service worker runs", func() bool {
		targets, err := chromedp.Targets(c.ctx)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, x := range targets {
			if fmt.Sprint(x.Type) == "service_worker" && strings.HasPrefix(x.URL, origin+"/") {
				ctx, _ = chromedp.NewContext(c.ctx, chromedp.WithTargetID(x.TargetID))
				// As with a tab: it is ours as long as the first step may take.
				_, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("true"))
				return err == nil
			}
		}
		return false
	})
	return ctx
}

// before has a script run in each page before the page's own.
func (c *tab) before(js string) {
	c.t.Helper()
	if _, err := chromedp.Call(c.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: js}); err != nil {
		c.t.Fatal(err)
	}
}
