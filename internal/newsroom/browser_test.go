package newsroom

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	dialog "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"dateline/internal/news"
)

// A screen is a real browser with somebody signed in at the desk.
type screen struct {
	t    *testing.T
	ctx  context.Context
	host string
	asks atomic.Int32 // how often the browser asked before leaving
}

func (h *house) screen(role news.Role, width int64) *screen {
	h.t.Helper()
	const path = "/usr/bin/chromium"
	if _, err := os.Stat(path); err != nil {
		h.t.Skip("Debian's chromium is not installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox)
	}
	ctx, c1 := context.WithTimeout(h.t.Context(), 90*time.Second)
	ctx, c2 := chromedp.NewExecAllocator(ctx, opts...)
	ctx, c3 := chromedp.NewContext(ctx)
	h.t.Cleanup(func() { c3(); c2(); c1() })
	s := &screen{t: h.t, ctx: ctx, host: strings.Replace(h.srv.URL, "127.0.0.1", "localhost", 1)}
	if err := chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *dialog.EventJavascriptDialogOpening:
			s.asks.Add(1)
			go chromedp.Call(ctx, dialog.HandleJavaScriptDialog, dialog.HandleJavaScriptDialogParams{Accept: true})
		case *log.EventEntryAdded:
			if strings.Contains(e.Entry.Text, "Content Security Policy") {
				h.t.Errorf("refused by our own policy: %s", e.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			h.t.Errorf("script failed: %s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
		}
	}); err != nil {
		h.t.Fatal(err)
	}
	s.do(chromedp.EmulateViewport(width, 800), chromedp.Navigate(s.host+"/desk/sign-in"))
	c := h.as(role).cook[0]
	if _, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: s.host}); err != nil {
		h.t.Fatal(err)
	}
	return s
}

func (s *screen) do(actions ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	if err := chromedp.Do(s.ctx, actions...); err != nil {
		s.t.Fatal(err)
	}
}

// js evaluates an expression, which may be a promise, to a text.
func (s *screen) js(expr string) string {
	s.t.Helper()
	v, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](expr, chromedp.EvalAwaitPromise))
	if err != nil {
		s.t.Fatalf("%s: %v", expr, err)
	}
	return v
}

// until waits for a condition on the page, also while the page is replaced.
func (s *screen) until(cond string) {
	s.t.Helper()
	for {
		_, err := chromedp.Run(s.ctx, chromedp.Poll[bool](cond))
		if err == nil {
			return
		}
		replaced := strings.Contains(err.Error(), "context with specified id") || strings.Contains(err.Error(), "navigated")
		if s.ctx.Err() != nil || !replaced {
			s.t.Fatalf("waiting for %s: %v", cond, err)
		}
	}
}

func TestWritingInABrowser(t *testing.T) {
	h := open(t)
	path := h.draft(h.as(news.Editor), "A story for the browser", "Text.")
	s := h.screen(news.Editor, 1440)
	s.do(chromedp.Navigate(s.host + path))

	s.js(`(()=>{const b=document.querySelector('#f-body');b.select();document.execCommand('insertText',false,'Some **bold** words');return ''})()`)
	s.until(`document.querySelector('#preview strong')?.textContent==='bold'`)
	s.until(`document.querySelector('#state').textContent.startsWith('Not saved')`)

	s.js(`(()=>{const b=document.querySelector('#f-body');const d=new DataTransfer();d.setData('text/html','<h2>Pasted</h2><p>A <b>word</b></p>');d.setData('text/plain','x');
		b.selectionStart=b.selectionEnd=b.value.length;b.dispatchEvent(new ClipboardEvent('paste',{clipboardData:d,bubbles:true,cancelable:true}));return ''})()`)
	s.until(`document.querySelector('#f-body').value.includes('words\n\n## Pasted\n\nA **word**')`)

	s.js(`(async()=>{const c=document.createElement('canvas');c.width=900;c.height=600;c.getContext('2d').fillRect(0,0,900,600);
		const blob=await new Promise(r=>c.toBlob(r,'image/jpeg'));const d=new DataTransfer();d.items.add(new File([blob],'x.jpg',{type:'image/jpeg'}));
		document.querySelector('#drop').dispatchEvent(new DragEvent('drop',{dataTransfer:d,bubbles:true,cancelable:true}));return ''})()`)
	s.until(`document.querySelector('#thumb img')?.naturalWidth>0`)
	s.until(`Object.keys(localStorage).length===1 && localStorage.getItem(Object.keys(localStorage)[0]).includes('Pasted') && localStorage.getItem(Object.keys(localStorage)[0]).includes(document.querySelector('#media').value)`)

	// The tab is lost; the text is offered again.
	s.do(chromedp.Navigate("about:blank"), chromedp.Navigate(s.host+path))
	if s.asks.Load() == 0 {
		t.Error("the browser let unsaved text go without asking")
	}
	s.until(`!document.querySelector('#kept').hidden`)
	s.js(`document.querySelector('#kept-take').click(),''`)
	if got := s.js(`document.querySelector('#f-body').value`); !strings.Contains(got, "## Pasted") {
		t.Errorf("brought back %q", got)
	}
	s.js(`document.querySelector('#save').click(),''`)
	s.until(`document.readyState==='complete' && document.querySelector('.said.good')?.textContent.includes('Saved') && localStorage.length===0`)
	if k := h.kept(path); k.Revision != 2 || k.Content.Picture == nil || !strings.Contains(k.Content.Body.Text(), "Pasted") {
		t.Errorf("kept: revision %d, picture %v, %q", k.Revision, k.Content.Picture, k.Content.Body.Text())
	}
}

func TestNoPageIsWiderThanAPhone(t *testing.T) {
	h := open(t)
	b := h.as(news.Editor)
	path := h.draft(b, strings.Repeat("Donaudampfschifffahrtsgesellschaftskapitän ", 4), "| a | b |\n|---|---|\n| 1 | 2 |")
	s := h.screen(news.Admin, 375)
	for _, p := range []string{"/desk/", "/desk/stories/new", path, path + "/history", path + "/spike", path + "/kill", "/desk/front", "/desk/sections", "/desk/topics", "/desk/staff", "/desk/nowhere"} {
		s.do(chromedp.Navigate(s.host + p))
		if w, _ := strconv.Atoi(s.js(`String(document.documentElement.scrollWidth)`)); w > 375 {
			t.Errorf("%s is %d pixels wide on a phone of 375", p, w)
		}
	}
}
