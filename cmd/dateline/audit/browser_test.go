package audit_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// One Chromium serves all tests, since two cores are all that they may have.
var (
	chromium = sync.OnceValues(startBrowser)
	quit     = func() {}
)

func closeBrowser() { quit() }

// noOtherHost makes every name but our own impossible to find: a page that needs
// somebody else's host fails here.
const noOtherHost = "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost"

func startBrowser() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("Debian's chromium is not installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.Flag("host-resolver-rules", noOtherHost),
		chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, closeIt := chromedp.NewContext(ctx)
	quit = func() {
		slow, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		chromedp.Cancel(slow)
		closeIt()
		stop()
	}
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
}

// A tab is an open page and what was noticed about it.
type tab struct {
	ctx    context.Context
	origin string

	mu       sync.Mutex
	page     string // the address that was asked for
	troubles []string
	asked    map[network.RequestID]*request
}

// A request is one thing that a page fetched.
type request struct {
	url   string
	kind  network.ResourceType
	bytes int // over the wire, headers too
	done  bool
}

// openTab opens a tab in a browser profile of its own, so that nothing is cached
// and nobody is signed in. It is closed when the test ends.
func openTab(t *testing.T, s *site) *tab {
	t.Helper()
	browser, err := chromium()
	if err != nil {
		if _, missing := exec.LookPath("chromium"); missing != nil {
			t.Skip(err)
		}
		t.Fatal(err)
	}
	b, err := newTab(browser, s.origin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chromedp.Cancel(b.ctx) })
	return b
}

func newTab(browser context.Context, origin string) (*tab, error) {
	ctx, _ := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	b := &tab{ctx: ctx, origin: origin, asked: map[network.RequestID]*request{}}
	if err := chromedp.Listen(ctx, b.notice); err != nil {
		return nil, err
	}
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	return b, err
}

// notice keeps what a page must not do: complain, or ask another host.
func (b *tab) notice(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	trouble := func(format string, args ...any) { b.troubles = append(b.troubles, fmt.Sprintf(format, args...)) }
	switch e := ev.(type) {
	case *log.EventEntryAdded:
		if e.Entry.URL == b.page && e.Entry.Source == log.EntrySourceNetwork {
			return // the page itself is meant to answer 404 or 410
		}
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			trouble("the browser says: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		trouble("a script failed: %s", e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			trouble("a script complains on the console")
		}
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ws" || u.Scheme == "wss") && u.Scheme+"://"+u.Host != b.origin {
			trouble("it asks another host: %s", e.Request.URL)
		}
		b.asked[e.RequestID] = &request{url: e.Request.URL, kind: e.Type}
	case *network.EventLoadingFinished:
		if r := b.asked[e.RequestID]; r != nil {
			r.bytes, r.done = int(e.EncodedDataLength), true
		}
	case *network.EventLoadingFailed:
		if r := b.asked[e.RequestID]; r != nil {
			r.done = true
			if !e.Canceled {
				trouble("%s did not load: %s", r.url, e.ErrorText)
			}
		}
	}
}

// open goes to a page and forgets what was noticed before.
func (b *tab) open(path string) error {
	b.mu.Lock()
	b.page, b.troubles, b.asked = b.origin+path, nil, map[network.RequestID]*request{}
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(b.origin+path)); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	return b.settle()
}

// settle waits until fonts, pictures in sight and modules have had their turn.
func (b *tab) settle() error {
	_, err := ask[bool](b, `new Promise(done => requestIdleCallback(() => setTimeout(() => done(true), 50), {timeout: 2000}))`)
	return err
}

// quiet waits until what the page asked for has come and it asks for no more, such
// as for pictures a little below the window.
func (b *tab) quiet() error {
	for last := -1; ; {
		if _, err := ask[bool](b, `new Promise(done => setTimeout(() => done(true), 400))`); err != nil {
			return err
		}
		all := b.requests()
		if len(all) == last && !slices.ContainsFunc(all, func(r request) bool { return !r.done }) {
			return nil
		}
		last = len(all)
	}
}

// noticed gives the troubles since open.
func (b *tab) noticed() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.troubles...)
}

// requests gives what was fetched since open.
func (b *tab) requests() (all []request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.asked {
		if !strings.HasPrefix(r.url, "data:") {
			all = append(all, *r)
		}
	}
	return all
}

// ask evaluates an expression in the page; a promise is waited for. The page's
// content policy does not stand in its way.
func ask[T any](b *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// call sends a protocol command to the tab.
func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(b.ctx, 60*time.Second)
	defer cancel()
	return chromedp.Call(ctx, cmd, params)
}

// size makes the window so wide and high, in CSS pixels.
func (b *tab) size(width, height int64, perPixel float64) error {
	_, err := call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: perPixel, Mobile: width < 700})
	return err
}

// prefer sets what the reader prefers: media features by name and value in turn.
func (b *tab) prefer(medium string, features ...string) error {
	p := emulation.SetEmulatedMediaParams{Media: medium}
	for i := 0; i < len(features); i += 2 {
		p.Features = append(p.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	_, err := call(b, emulation.SetEmulatedMedia, p)
	return err
}
