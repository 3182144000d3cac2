package audit_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	script "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// A visitor is somebody at a browser, who presses what is there.
type visitor struct {
	*tab
	t *testing.T
	s *site
}

func visit(t *testing.T, s *site) *visitor {
	t.Helper()
	b := openTab(t, s)
	if err := b.size(375, 812, 1); err != nil {
		t.Fatal(err)
	}
	return &visitor{b, t, s}
}

func (v *visitor) within(most time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(v.ctx, most)
	v.t.Cleanup(cancel)
	return ctx
}

func (v *visitor) goTo(path string) {
	v.t.Helper()
	if err := chromedp.Do(v.within(time.Minute), chromedp.Navigate(v.origin+path)); err != nil {
		v.t.Fatal(err)
	}
}

// until waits for what is to be true of the page, also while it is replaced.
func (v *visitor) until(expression string) {
	v.t.Helper()
	ctx := v.within(20 * time.Second)
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			said, _ := ask[string](v.tab, `location.href + '\n' + document.querySelector('main')?.innerText.slice(0, 600)`)
			v.t.Fatalf("not true within 20 s: %s (%v)\n%s", expression, err, said)
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// fill types into a field and presses the button of its form.
func (v *visitor) fill(field, text string) {
	v.t.Helper()
	if err := chromedp.Do(v.within(time.Minute), chromedp.SendKeys(chromedp.CSS(field), text)); err != nil {
		v.t.Fatalf("type into %s: %v", field, err)
	}
	v.press("form:has(" + field + ") button")
}

func (v *visitor) press(what string) {
	v.t.Helper()
	if err := chromedp.Do(v.within(time.Minute), chromedp.Click(chromedp.CSS(what))); err != nil {
		v.t.Fatalf("press %s: %v", what, err)
	}
}

func (v *visitor) noScript() {
	v.t.Helper()
	if _, err := call(v.tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		v.t.Fatal(err)
	}
}

// hasten has every page look for new comments at once, not in half a minute.
func (v *visitor) hasten() {
	v.t.Helper()
	if _, err := call(v.tab, script.AddScriptToEvaluateOnNewDocument, script.AddScriptToEvaluateOnNewDocumentParams{
		Source: `{ const slow = window.setInterval; window.setInterval = (f, ms) => slow(f, Math.min(ms, 300)) }`}); err != nil {
		v.t.Fatal(err)
	}
}

// code is the one that was mailed to an address; the demo prints its mail.
func (v *visitor) code(email string) string {
	v.t.Helper()
	mailed := regexp.MustCompile(`(?s)To: ` + regexp.QuoteMeta(email) + `.*?([0-9]{3} [0-9]{3})`)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if m := mailed.FindStringSubmatch(v.s.said.String()); m != nil {
			return m[1]
		}
	}
	v.t.Fatalf("no mail to %s", email)
	return ""
}

// comment writes a comment as somebody new: what was typed goes with them through the sign-in.
func (v *visitor) comment(path, text, email, name string) {
	v.t.Helper()
	if path != "" {
		v.goTo(path)
	}
	v.fill("textarea", text)
	v.until(`!!document.querySelector('#email')`)
	v.fill("#email", email)
	v.until(`!!document.querySelector('#code')`)
	v.fill("#code", v.code(email))
	v.until(`!!document.querySelector('#name')`)
	v.fill("#name", name)
	v.until(`document.querySelector('#say')?.value.trim() === ` + quoted(text))
	v.press("form:has(#say) button")
	v.until(`[...document.querySelectorAll('[data-own]')].some(e => e.innerText.includes(` + quoted(text) + `))`)
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

// Readers talk, with script and without: what was typed is never lost, new comments move nothing,
// one's likes are seen.
func TestCommentingInABrowser(t *testing.T) {
	s, c := theReaders(t)
	if s.said == nil {
		return // somebody's own site: its mail is not ours to read
	}
	path := kind(t, c, "article").path
	reader := visit(t, s)
	reader.hasten()
	reader.goTo(path)
	before, err := ask[int](reader.tab, `+document.querySelector('[data-part=comments]').dataset.total`)
	if err != nil {
		t.Fatal(err)
	}
	// What is typed and not posted is there again after the page was lost.
	reader.until(`(document.querySelector('[data-part=comments]').scrollIntoView(), !!document.querySelector('[data-part=comments] .says'))`)
	if err := chromedp.Do(reader.within(time.Minute), chromedp.SendKeys(chromedp.CSS("textarea"), "Half a thought")); err != nil {
		t.Fatal(err)
	}
	reader.goTo("/")
	reader.goTo(path)
	reader.until(`(document.querySelector('[data-part=comments]').scrollIntoView(), document.querySelector('[data-part=comments] textarea').value === 'Half a thought')`)
	// The first comment is being read.
	reader.until(`(document.querySelector('[data-part=comment]').scrollIntoView({block: 'center'}), true)`)
	where, err := ask[float64](reader.tab, `document.querySelector('[data-part=comment]').getBoundingClientRect().top`)
	if err != nil {
		t.Fatal(err)
	}

	plain := visit(t, s)
	plain.noScript()
	plain.comment(path, "I read this without a script.", "plain@example.net", "Plain Browser")
	writer := visit(t, s)
	writer.goTo(path)
	writer.until(`(document.querySelector('[data-part=comments]').scrollIntoView(), !!document.querySelector('[data-part=comments] .says'))`)
	writer.comment("", "And I with one.", "scripted@example.net", "Scripted Browser")

	reader.until(`document.querySelector('.fresh')?.textContent === 'Show 2 new comments'`)
	reader.until(`document.querySelector('[data-part=comments] [role=status]').textContent !== ''`)
	now, err := ask[float64](reader.tab, `document.querySelector('[data-part=comment]').getBoundingClientRect().top`)
	if err != nil || now > where+2 || now < where-2 {
		t.Errorf("what is read moved from %g to %g (%v)", where, now, err)
	}
	reader.press(".fresh")
	reader.until(`!document.querySelector('.fresh') && document.querySelectorAll('.threads [data-part=comment]').length >= 2 && document.activeElement.innerText.includes('And I with one.')`)
	reader.until(`document.querySelector('.threads').innerText.includes('I read this without a script.')`)
	if total, err := ask[int](reader.tab, `+document.querySelector('[data-part=comments]').dataset.total`); err != nil || total > before+2 {
		t.Errorf("%d comments, were %d (%v)", total, before, err)
	}

	// Signed in, a comment is posted without leaving the page, and liked without a new one. The one that
	// was posted by way of the sign-in is not in the box again.
	writer.goTo(path)
	writer.until(`(document.querySelector('[data-part=comments]').scrollIntoView(), !!document.querySelector('[data-part=comments] .says'))`)
	writer.until(`document.querySelector('[data-part=comments] textarea').value === ''`)
	writer.fill("textarea", "One more, at once.")
	writer.until(`location.pathname === ` + quoted(path) + ` && document.querySelector('[data-own]')?.innerText.includes('One more, at once.') && document.activeElement.matches('[data-own]')`)
	writer.press(`[data-part=comment] button[form=deed]`)
	likes := `document.querySelector('[data-part=comment] button[form=deed]')`
	writer.until(likes + `.textContent === 'Liked' && !` + likes + `.disabled`)
	writer.goTo(path) // the page is everybody's, and says so again
	writer.until(`(` + likes + `.scrollIntoView({block: 'center'}), ` + likes + `.getAttribute('aria-pressed') === 'true')`)
	writer.press(`[data-part=comment] button[form=deed]`)
	writer.until(likes + `.getAttribute('aria-pressed') === 'false'`)
	for _, v := range []*visitor{reader, writer} {
		for _, w := range v.noticed() {
			t.Error(w)
		}
	}
}

// Moderators decide by keys, one comment after the other on one page, and take it back; without a
// script every key is a button.
func TestModeratingInABrowser(t *testing.T) {
	s := theSite(t)
	if s.said == nil {
		return
	}
	v := &visitor{theDesk(t, s).tab, t, s}
	v.goTo("/desk/comments")
	v.until(`document.querySelectorAll('.said-by').length >= 1 && !!document.querySelector('.said-by.at')`)
	first, err := ask[string](v.tab, `document.querySelector('.said-by.at').dataset.id`)
	if err != nil {
		t.Fatal(err)
	}
	gone := `!document.querySelector('[data-id="` + first + `"]')`
	key := func(k string) {
		t.Helper()
		if err := chromedp.Do(v.within(time.Minute), chromedp.KeyEvent(k)); err != nil {
			t.Fatal(err)
		}
	}
	key("x")
	v.until(`document.querySelector('[data-id="` + first + `"] [name=id]').checked`)
	key("r")
	v.until(gone + ` && !!document.querySelector('.undo')`)
	key("u")
	v.until(`!` + gone)
	// The same by buttons.
	v.noScript()
	defer func() {
		if _, err := call(v.tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{}); err != nil {
			t.Error(err)
		}
	}()
	v.goTo("/desk/comments")
	v.press(`[data-id="` + first + `"] button[value^="pass:"]`)
	v.until(gone + ` && document.querySelector('.said')?.innerText.includes('Passed')`)
	v.press(`.undo button`)
	v.until(`!` + gone)
}

// Passkeys: made on the account's page, they sign their reader in elsewhere without a mail, with the comment that
// waits; removed, they do not.
func TestPasskeysInABrowser(t *testing.T) {
	s := theSite(t)
	if s.said == nil {
		return
	}
	_, c := theReaders(t)
	path := kind(t, c, "article").path
	// Browsers have passkeys on localhost, never on a number.
	local := &site{name: s.name, origin: strings.Replace(s.origin, "127.0.0.1", "localhost", 1), said: s.said}
	v := visit(t, local)
	if _, err := call(v.tab, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := call(v.tab, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}); err != nil {
		t.Fatal(err)
	}
	v.comment(path, "My first, by mail.", "keys@example.net", "Key Holder")
	v.goTo("/account")
	v.press("[data-passkey=new] button")
	v.until(`location.search === '?saved' && document.querySelectorAll('.passkeys li').length === 1`)
	v.press("form[action='/account/sign-out'] button")
	v.until(`location.pathname === '/'`)
	// With a comment that waits, on the page that the script put there.
	v.goTo(path)
	v.fill("textarea", "My second, by key.")
	v.press("[data-passkey=use] button")
	v.until(`document.querySelector('#say')?.value.trim() === 'My second, by key.'`)
	v.press("form:has(#say) button")
	v.until(`[...document.querySelectorAll('[data-own]')].some(e => e.innerText.includes('My second, by key.'))`)
	// Removed, it opens nothing, and the page says what does.
	v.goTo("/account")
	v.until(`document.querySelector('.passkeys').innerText.includes('Last used')`)
	v.press(".passkeys button")
	v.until(`location.search === '?saved' && !document.querySelector('.passkeys')`)
	v.press("form[action='/account/sign-out'] button")
	v.until(`location.pathname === '/'`)
	v.goTo("/account/sign-in")
	v.press("[data-passkey=use] button")
	v.until(`document.querySelector('[role=alert]')?.innerText.includes('by mail') && !!document.querySelector('#email')`)
}
