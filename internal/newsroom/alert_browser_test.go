package newsroom

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"dateline/internal/markup"
	"dateline/internal/news"
)

// The way of an alert as somebody sees it who has script, on a phone and on a desk's
// screen: compose, send, count down, see it leave, stop it, correct it.
func TestAlertInABrowser(t *testing.T) {
	for _, width := range []int64{375, 1440} {
		t.Run(strconv.FormatInt(width, 10), func(t *testing.T) {
			h := open(t)
			h.alone()
			s := h.screen(news.Editor, width)
			ctx, done := context.WithCancel(t.Context())
			worked := make(chan struct{})
			go func() { defer close(worked); h.post.work(ctx, 50) }() // 1,000 a second
			t.Cleanup(func() { done(); <-worked })

			s.do(chromedp.Navigate(s.host + "/desk/alerts/new?story=" + string(h.bridge())))
			s.until(`document.querySelector('#send')?.textContent.includes('11,532 readers')`)
			s.js(`(()=>{const f=document.querySelector('#f-title');f.select();document.execCommand('insertText',false,'Bridge shut, both lanes');return ''})()`)
			if s.js(`String(document.querySelector('#send').disabled)`) != "true" {
				t.Error("the button can be pressed while its number is of other words")
			}
			s.until(`[...document.querySelectorAll('.phone .t')].every(t=>t.textContent==='Bridge shut, both lanes') && !document.querySelector('#send').disabled`)
			s.js(`document.querySelector('[value=topics]').click(),''`)
			s.until(`document.querySelector('#send').textContent.includes('1,600 readers')`)
			s.js(`document.querySelector('[value=all]').click(),''`)
			s.until(`document.querySelector('#send').textContent.includes('11,532 readers') && !document.querySelector('#send').disabled`)
			s.js(`(()=>{const b=document.querySelector('#send');b.click();b.click();return ''})()`)

			s.until(`document.querySelector('.clock')?.textContent==='2'`)
			for _, key := range []string{"Escape", "s", " ", "Enter"} { // no key stops anything by accident
				s.js(`document.body.dispatchEvent(new KeyboardEvent('keydown',{key:'` + key + `',bubbles:true})),''`)
			}
			s.until(`document.querySelector('#word').textContent==='On its way' && document.querySelector('.chart svg') && !document.querySelector('#mend').hidden`)
			if !strings.Contains(s.js(`(()=>{const r=document.querySelector('#stop').getBoundingClientRect();return r.top>=0&&r.bottom<=innerHeight?'seen':JSON.stringify(r)})()`), "seen") {
				t.Error("Stop is not on the screen while something leaves")
			}
			pressed := time.Now()
			s.js(`document.querySelector('#stop').click(),''`)
			s.until(`document.readyState==='complete' && document.querySelector('.stands')?.textContent.startsWith('Stopped. ')`)
			if took := time.Since(pressed); took > time.Second {
				t.Errorf("Stop took %s", took)
			}
			said := s.js(`document.querySelector('.stands').textContent`)
			items, _, err := h.store.Alerts(ctx, news.AlertList{Limit: 10})
			if err != nil || len(items) != 1 || items[0].State != news.AlertStopped || items[0].Title != "Bridge shut, both lanes" {
				t.Fatalf("kept: %+v, %v", items, err)
			}
			went := items[0].Tally.Accepted
			if want := fmt.Sprintf("Stopped. %s went out, %s did not.", count(went), count(everyone-went)); said != want || went == 0 {
				t.Errorf("said %q, want %q", said, want)
			}

			s.js(`document.querySelector('#mend a.button').click(),''`)
			s.until(`document.readyState==='complete' && document.querySelector('h1')?.textContent==='Correct this alert'`)
			s.js(`(()=>{document.querySelector('#f-title').value='Correction: one lane';const b=document.querySelector('button.big');b.click();b.click();return ''})()`)
			s.until(`document.querySelector('#word')?.textContent==='Sent' && document.querySelector('.stands').textContent.includes('` + fmt.Sprintf("%s of %s accepted", count(went), count(went)) + `')`)
			if items, _, _ = h.store.Alerts(ctx, news.AlertList{Limit: 10}); len(items) != 2 {
				t.Errorf("%d alerts are kept, want the alert and its correction", len(items))
			}
		})
	}
}

// Every page about alerts, in every state: nothing runs out of a phone, nothing is in
// the way of those who cannot see it. With DATELINE_AXE=FILE (axe.min.js of the npm
// package axe-core) each is audited, in light and dark; with DATELINE_SHOTS=DIR pictures
// of them are written there.
func TestAlertPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("twenty pages in a browser are not for the quick tests")
	}
	h := open(t)
	axe, err := os.ReadFile(os.Getenv("DATELINE_AXE"))
	if err != nil && os.Getenv("DATELINE_AXE") != "" {
		t.Fatal(err)
	}
	ctx := t.Context()
	pages := map[string]string{}
	editor, admin := h.as(news.Editor), h.as(news.Admin)
	picture, err := h.desk.Upload(ctx, h.actor(news.Editor), "bridge.jpg", photo(t, 1200, 800))
	if err != nil {
		t.Fatal(err)
	}
	long := h.published(news.Content{
		Headline: "Al-Kadhimiya bridge closed in both directions after engineers find cracks in three of its eleven piers, ministry says",
		Standfirst: "Both lanes are closed until further notice; ferries run from the old quay every ten minutes, and the railway bridge is open to people on foot. " +
			"Engineers want to look at the remaining piers before the morning.",
		Topics: []news.Ref{{Name: "Baghdad"}, {Name: "Roads"}}, Language: "en", Body: markup.Document{},
		Picture: &news.PictureUse{Media: picture.ID, Alt: "A bridge", Credit: "Example"},
	})
	arabic := h.published(news.Content{
		Headline: "إغلاق جسر الكاظمية في الاتجاهين بعد العثور على تشققات", Standfirst: "قالت الوزارة إن الجسر مغلق حتى إشعار آخر، وإن العبّارات تعمل كل عشر دقائق من الرصيف القديم.",
		Topics: []news.Ref{{Name: "بغداد"}}, Language: "ar",
	})
	pages["compose"] = "/desk/alerts/new?story=" + string(long)
	pages["compose-ar"] = "/desk/alerts/new?story=" + string(arabic)
	pages["choose"] = "/desk/alerts/new"
	path := func(b *browser, s news.StoryID, change func(url map[string][]string)) string {
		v := b.compose(s)
		if change != nil {
			change(v)
		}
		p, _, _ := strings.Cut(b.send(v), "?")
		return p
	}
	topic := func(v map[string][]string) { v["audience"], v["seen"] = []string{"followers"}, []string{"followers"} }
	leave := func(p string, n int) string {
		if err := h.post.leave(ctx, alertID(p), n); err != nil {
			t.Fatal(err)
		}
		return p
	}
	pages["sent"] = leave(path(editor, long, topic), 117)
	h.post.tally[alertID(pages["sent"])].Gone, h.post.tally[alertID(pages["sent"])].Waiting = 3, 0
	if err := h.post.finish(ctx, alertID(pages["sent"])); err != nil {
		t.Fatal(err)
	}
	waits := path(editor, long, nil)
	pages["stopped"] = path(editor, arabic, nil)
	admin.post(pages["stopped"]+"/approve", nil).is(303)
	leave(pages["stopped"], 3412)
	admin.post(pages["stopped"]+"/stop", nil).is(303)
	pages["correct"], pages["withdraw"] = pages["stopped"]+"/correct", pages["stopped"]+"/withdraw"
	pages["sending"] = leave(path(editor, long, topic), 60)
	pages["counting"] = path(editor, long, topic)
	// The clock is stopped there, as far as the page goes: nobody sends here.
	pages["scheduled"] = path(editor, long, func(v map[string][]string) {
		topic(v)
		v["when"], v["send_at"] = []string{"at"}, []string{h.store.Now().In(zone).Add(5 * time.Hour).Format(localForm)}
	})
	pages["waiting-composer"], pages["approve"] = waits, waits
	pages["list"], pages["list-approver"] = "/desk/alerts", "/desk/alerts"
	pages["alone-early"] = waits + "/send-alone"
	pages["devices"] = "/desk/devices"
	editor.post("/desk/devices", map[string][]string{"subscription": {`{"endpoint":"https://fcm.googleapis.com/fcm/send/secret"}`}}).is(303)
	pages["editor"] = "/desk/stories/" + string(long)

	var asAdmin, asEditor *screen
	for name, p := range pages {
		s := &asEditor
		if name == "approve" || name == "list-approver" {
			s = &asAdmin
		}
		if *s == nil {
			role := news.Editor
			if s == &asAdmin {
				role = news.Admin
			}
			*s = h.screen(role, 375)
		}
		(*s).audit(name, p, string(axe))
	}
	late := 10 * time.Minute
	h.rooms.o.Now = func() time.Time { return h.store.Now().Add(late) }
	for name, p := range map[string]string{"alone-old": waits + "/send-alone", "waiting-late": waits} {
		asEditor.audit(name, p, string(axe))
	}
	late = 185 * time.Second
	asEditor.audit("alone", waits+"/send-alone", string(axe))
}

// audit looks at a page on a phone and on a screen, in light and dark.
func (s *screen) audit(name, path, axe string) {
	s.t.Helper()
	for _, width := range []int64{375, 1440} {
		looks := []string{"light"}
		if axe != "" || os.Getenv("DATELINE_SHOTS") != "" {
			looks = append(looks, "dark")
		}
		for _, look := range looks {
			p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look}}}
			if _, err := chromedp.Call(s.ctx, emulation.SetEmulatedMedia, p); err != nil {
				s.t.Fatal(err)
			}
			s.do(chromedp.EmulateViewport(width, 800), chromedp.Navigate(s.host+path))
			if w, _ := strconv.ParseInt(s.js(`String(document.documentElement.scrollWidth)`), 10, 64); w > width {
				s.t.Errorf("%s is %d pixels wide on a screen of %d", name, w, width)
			}
			if small := s.js(`[...document.querySelectorAll('main a, main button, main input, main select')].filter(e => { const r = e.getBoundingClientRect();
				return r.width > 1 && r.height < 24 && !e.closest('p, li, label, .hide, figure, td, h3') }).map(e => e.outerHTML.slice(0, 90)).join('\n')`); small != "" {
				s.t.Errorf("%s at %d has targets of less than 24 pixels:\n%s", name, width, small)
			}
			if axe != "" {
				s.js(axe + `;''`)
				if found := s.js(`axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r =>
					r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0]?.message ?? '')).join(' | ')).join('\n'))`); found != "" {
					s.t.Errorf("%s in %s at %d pixels:\n%s", name, look, width, found)
				}
			}
			s.shoot(fmt.Sprintf("%s-%s-%d.png", name, look, width), width)
		}
	}
}

func (s *screen) shoot(file string, width int64) {
	s.t.Helper()
	dir := os.Getenv("DATELINE_SHOTS")
	if dir == "" {
		return
	}
	height, err := chromedp.Run(s.ctx, chromedp.Evaluate[int64](`document.documentElement.scrollHeight`))
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(chromedp.EmulateViewport(width, min(height, 2200)))
	png, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, file), png, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
