package newsroom

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"dateline/internal/news"
)

// slow3G is what Chromium's developer tools call so: two seconds before anything comes.
var slow3G = network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{
	Latency: 2000, DownloadThroughput: 50_000, UploadThroughput: 50_000, ConnectionType: network.ConnectionTypeCellular3g,
}}}

// slowNetwork sets it. Chromium up to 148 wants beside the rules what later ones want in
// each of them: that the network is there.
var slowNetwork = cdp.Command[slowParams, network.EmulateNetworkConditionsByRuleResult]{Method: network.CommandEmulateNetworkConditionsByRule}

type slowParams struct {
	network.EmulateNetworkConditionsByRuleParams
	Offline bool `json:"offline"`
}

// What a person adds to what the machine takes, as people type on phones (38 words a
// minute, of five letters and a space) and find a button.
const (
	perLetter = 260 * time.Millisecond
	perTap    = time.Second
)

// The worst night on a phone at the edge of a network: from the sign-in link to an alert
// that counts down.
func TestFlashOnAPhoneInAMinute(t *testing.T) {
	if testing.Short() {
		t.Skip("half a minute of a slow network is not for the quick tests")
	}
	const headline, line = "Explosion in the harbour", "Police ask everybody to stay away from the port."
	h := open(t)
	h.alone()
	h.bridge()
	s := h.screen(news.Editor, 375)
	for _, clear := range []func() error{
		func() error {
			_, err := chromedp.Call(s.ctx, network.ClearBrowserCookies, cdp.Empty{})
			return err
		},
		func() error {
			_, err := chromedp.Call(s.ctx, network.ClearBrowserCache, cdp.Empty{})
			return err
		},
		func() error { _, err := chromedp.Call(s.ctx, network.Enable, network.EnableParams{}); return err },
		func() error {
			_, err := chromedp.Call(s.ctx, slowNetwork, slowParams{EmulateNetworkConditionsByRuleParams: slow3G})
			return err
		},
	} {
		if err := clear(); err != nil {
			t.Fatal(err)
		}
	}
	link, err := h.keeper.NewLink(t.Context(), h.people[news.Editor].ID)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	began, last, taps := time.Now(), time.Now(), 0
	then := func(what, cond string) {
		t.Helper()
		s.until(`document.readyState==='complete' && !!(` + cond + `)`)
		t.Logf("%-28s %s", what, time.Since(last).Round(10*time.Millisecond))
		last = time.Now()
	}
	tap := func(selector string) {
		t.Helper()
		taps++
		if at := s.js(`(()=>{const e=document.querySelector('` + selector + `');const r=e.getBoundingClientRect();if(r.left<0||r.right>innerWidth||r.height<32)return JSON.stringify(r);e.click();e.click();return ''})()`); at != "" {
			t.Errorf("%s cannot be reached with a thumb: %s", selector, at)
		}
	}
	write := func(text string) {
		t.Helper()
		s.js(`document.execCommand('insertText',false,'` + text + `'),''`)
	}
	s.do(chromedp.Navigate(s.host + u.RequestURI()))
	then("the sign-in link", `document.querySelector('h1')?.textContent.startsWith('Welcome')`)
	tap("main button")
	then("signed in", `document.querySelector('main a[href="/desk/flash"]')`)
	tap(`main a[href="/desk/flash"]`)
	then("Flash", `document.activeElement?.id==='f-headline'`)
	write(headline)
	taps++
	s.js(`document.querySelector('#f-standfirst').focus(),''`)
	write(line)
	tap("#flash button.big")
	then("it is live", `document.querySelector('h1')?.textContent==='It is live' && document.querySelector('#send')`)
	tap("#send")
	then("the alert counts down", `document.querySelector('.clock')`)

	machine := time.Since(began)
	person := time.Duration(utf8.RuneCountInString(headline+line))*perLetter + time.Duration(taps)*perTap
	t.Logf("network and machine %s, fingers %s, together %s", machine.Round(100*time.Millisecond), person, (machine + person).Round(100*time.Millisecond))
	if machine+person > time.Minute {
		t.Errorf("from the link to the countdown it takes %s", machine+person)
	}
	if machine < 10*time.Second {
		t.Errorf("all in %s: the network was not slow", machine)
	}
	items, _, err := h.store.Alerts(t.Context(), news.AlertList{Limit: 10})
	if err != nil || len(items) != 1 || items[0].Title != headline || items[0].Body != line || !items[0].Audience.All {
		t.Errorf("after two clicks on every button the alerts are %+v, %v", items, err)
	}
	if n, err := h.store.CountStories(t.Context()); err != nil || n[news.Published] != 2 {
		t.Errorf("and the stories %v, %v", n, err)
	}
}

// The pages of a flash on a phone and on a screen; see TestAlertPagesInABrowser for what
// can be asked for.
func TestFlashPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("pages in a browser are not for the quick tests")
	}
	h := open(t)
	axe, err := os.ReadFile(os.Getenv("DATELINE_AXE"))
	if err != nil && os.Getenv("DATELINE_AXE") != "" {
		t.Fatal(err)
	}
	b := h.as(news.Editor)
	publish := func(headline, line, lang string) string {
		v := b.flashForm()
		v.Set("headline", headline)
		v.Set("standfirst", line)
		v.Set("language", lang)
		_, at := b.flashed(v)
		return at
	}
	s := h.screen(news.Editor, 375)
	s.audit("flash", "/desk/flash", string(axe))
	first := publish("Al-Kadhimiya bridge closed in both directions after engineers find cracks in three of its eleven piers, ministry says",
		"Both lanes are closed until further notice; ferries run from the old quay every ten minutes.", "en")
	s.audit("flashed-needs-second", first, string(axe))
	path, _, _ := strings.Cut(first, "?")
	b.send(b.get(path).is(200).formAt("id", "alert"))
	s.audit("flashed-alerted", path, string(axe))
	h.alone()
	s.audit("flashed", publish("انفجار في الميناء وإخلاء الأحياء القريبة", "الشرطة تطلب من الجميع الابتعاد عن المرفأ.", "ar"), string(axe))
	s.audit("flashed-replaced", path+"?done=flash-before", string(axe))
	s.audit("flash-over-another", "/desk/flash", string(axe))
	s.audit("flash-first", "/desk/", string(axe))
	if _, err := h.desk.TakeDown(t.Context(), h.actor(news.Editor), news.StoryID(strings.TrimPrefix(path, "/desk/flash/")), "", ""); err != nil {
		t.Fatal(err)
	}
	s.audit("flashed-down", path, string(axe))
}
