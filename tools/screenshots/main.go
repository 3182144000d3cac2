// Command screenshots renews the pictures in docs/screenshots: it builds Dateline,
// starts the demo on a free port, looks at it with Debian's chromium, and stops it.
// Run it from the project's root: go run ./tools/screenshots
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// maxBytes is how large a picture may be: together they should not outweigh a clone.
const maxBytes = 300 << 10

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := renew(ctx, filepath.Join("docs", "screenshots"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func renew(ctx context.Context, dir string) error {
	d, err := startDemo(ctx)
	if err != nil {
		return err
	}
	defer d.stop()
	arabic, err := d.storyIn(ctx, "ar")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ctx, closeBrowser := browser(ctx)
	defer closeBrowser()
	// The browser lives as long as the context that first used it.
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return fmt.Errorf("start chromium: %w", err)
	}
	for _, s := range []struct {
		name, address string
		width, height int64
		before        []chromedp.Action[chromedp.Void]
	}{
		{"front", d.site, 1280, 960, nil},
		{"article", d.lead, 1280, 960, nil},
		{"article-arabic", arabic, 390, 844, nil},
		// The link shows a button; pressing it signs in.
		{"desk", d.desk, 1280, 960, []chromedp.Action[chromedp.Void]{
			chromedp.Click(chromedp.CSS("form button.main")),
			chromedp.WaitVisible(chromedp.CSS("table.stories")),
		}},
		{"desk-editor", "", 1280, 960, []chromedp.Action[chromedp.Void]{
			chromedp.Navigate(d.site + "desk/?status=submitted"),
			chromedp.Click(chromedp.CSS("table.stories a")),
			chromedp.WaitVisible(chromedp.CSS("#preview .paper")),
		}},
		{"alert", "", 1280, 960, []chromedp.Action[chromedp.Void]{
			chromedp.Navigate(d.site + "desk/alerts/new"),
			chromedp.Click(chromedp.CSS(`a[href*="alerts/new?story="]`)),
			// The count stands on the button once the simulated readers are there.
			chromedp.WaitVisible(chromedp.CSS("form button.main:not([disabled])")),
		}},
	} {
		if err := shoot(ctx, filepath.Join(dir, s.name+".jpg"), s.address, s.width, s.height, s.before); err != nil {
			return fmt.Errorf("picture of %s: %w", s.name, err)
		}
	}
	return nil
}

// shoot writes what a window of that size shows of an address; without an address,
// of where the browser is after the steps.
func shoot(ctx context.Context, path, address string, width, height int64, steps []chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height, chromedp.EmulateScale(1))); err != nil {
		return err
	}
	if address != "" {
		steps = append([]chromedp.Action[chromedp.Void]{chromedp.Navigate(address)}, steps...)
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		return err
	}
	// Pictures in view are there, and the fonts, before the shutter falls.
	const settled = `Promise.all([document.fonts.ready, ...[...document.images].filter(i => i.getBoundingClientRect().top < innerHeight).map(i => i.decode().catch(() => {}))]).then(() => true)`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](settled, chromedp.EvalAwaitPromise)); err != nil {
		return err
	}
	for quality := int64(90); ; quality -= 5 {
		r, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatJpeg, Quality: &quality})
		if err != nil {
			return err
		}
		if len(r.Data) > maxBytes && quality > 60 {
			continue
		}
		fmt.Printf("%s: %d × %d, %d kB\n", path, width, height, len(r.Data)/1000)
		return os.WriteFile(path, r.Data, 0o644)
	}
}

func browser(ctx context.Context) (context.Context, func()) {
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("hide-scrollbars", true))
	if path, err := exec.LookPath("chromium"); err == nil {
		opts = append(opts, chromedp.ExecPath(path))
	}
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	ctx, closeIt := chromedp.NewContext(ctx)
	return ctx, func() { closeIt(); stop() }
}

// demo is a running demo and the addresses that it printed.
type demo struct {
	site, lead, desk string
	stop             func()
}

func startDemo(ctx context.Context) (*demo, error) {
	dir, err := os.MkdirTemp("", "dateline-screenshots-")
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(dir, "dateline")
	build := exec.CommandContext(ctx, "go", "build", "-o", bin, "./cmd/dateline")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("build dateline: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	cmd := exec.CommandContext(ctx, bin, "demo", "--listen", address, "--data", filepath.Join(dir, "data"))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start the demo: %w", err)
	}
	d := &demo{stop: func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		os.RemoveAll(dir)
	}}
	for s := bufio.NewScanner(out); s.Scan(); {
		switch f := strings.Fields(s.Text()); {
		case strings.HasPrefix(s.Text(), "  The site"):
			d.site = f[2]
		case strings.HasPrefix(s.Text(), "  Its lead"):
			d.lead = f[2]
		case strings.HasPrefix(s.Text(), "  The desk"):
			d.desk = f[2]
		case strings.HasPrefix(s.Text(), "Press Ctrl-C") && d.site != "" && d.lead != "" && d.desk != "":
			go func() { // what it says later must not fill the pipe
				for s.Scan() {
				}
			}()
			return d, nil
		}
	}
	d.stop()
	return nil, errors.New("the demo did not say where to look")
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// storyIn finds a story in a language.
func (d *demo) storyIn(ctx context.Context, language string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.site+"api/v1/search?limit=100", nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var found struct {
		Items []struct{ URL, Language string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&found); err != nil {
		return "", fmt.Errorf("read the list of stories: %w", err)
	}
	for _, s := range found.Items {
		if s.Language == language {
			return s.URL, nil
		}
	}
	return "", fmt.Errorf("there is no story in %s", language)
}
