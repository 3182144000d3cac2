package newsroom

import (
	"testing"

	permit "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"dateline/internal/news"
)

// Registering a browser, but for the push service's own answer, which is made up here:
// the question inside the click, the worker, the form.
func TestRegisteringInABrowser(t *testing.T) {
	h := open(t)
	s := h.screen(news.Editor, 375)
	if _, err := chromedp.CallBrowser(s.ctx, permit.SetPermission, permit.SetPermissionParams{
		Origin: s.host, Permission: &permit.PermissionDescriptor{Name: "notifications"}, Setting: permit.PermissionSettingGranted,
	}); err != nil {
		t.Fatal(err)
	}
	s.do(chromedp.Navigate(s.host + "/desk/devices"))
	s.until(`!document.querySelector('#register button').disabled`)
	const endpoint = "https://updates.push.services.mozilla.com/wpush/v2/secret"
	s.js(`(()=>{PushManager.prototype.subscribe=function(o){
		if(!o.userVisibleOnly||o.applicationServerKey.length!==65) return Promise.reject(new Error('odd question'));
		return Promise.resolve({endpoint:'` + endpoint + `',toJSON(){return {endpoint:'` + endpoint + `',keys:{p256dh:'x',auth:'y'}}}})};
		document.querySelector('#register button').click();return ''})()`)
	s.until(`document.readyState==='complete' && document.querySelector('.said.good')?.textContent.includes('This browser is registered')`)
	mine, err := h.store.StaffDevices(t.Context(), h.people[news.Editor].ID)
	if err != nil || len(mine) != 1 || mine[0].Endpoint != endpoint {
		t.Errorf("kept: %+v, %v", mine, err)
	}
	s.js(`document.querySelector('.devicelist button').click(),''`)
	s.until(`document.readyState==='complete' && document.querySelector('.empty')?.textContent==='None yet.'`)
}

// When the server cannot be reached, the page says so instead of standing still.
func TestLostConnectionIsSaid(t *testing.T) {
	h := open(t)
	h.alone()
	b := h.as(news.Editor)
	path := b.send(b.compose(h.bridge()))
	if err := h.post.leave(t.Context(), alertID(path), 3412); err != nil {
		t.Fatal(err)
	}
	s := h.screen(news.Editor, 375)
	s.do(chromedp.Navigate(s.host + path))
	s.until(`document.querySelector('.chart svg') && document.querySelector('#lost').hidden`)
	// The door first: a stream that is cut while it stands open comes back through it at once,
	// and then nothing was lost.
	h.srv.Listener.Close()
	h.srv.CloseClientConnections()
	s.until(`!document.querySelector('#lost').hidden && !!document.querySelector('#stop')`)
}
