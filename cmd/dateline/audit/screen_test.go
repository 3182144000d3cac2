package audit_test

import (
	"fmt"
	"os"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// fits: nothing runs out of the page sideways, on a phone and on a screen of 1280
// pixels that is magnified fourfold.
func fits(b *tab, _ *page) (wrong []string, err error) {
	for _, width := range []int64{320, 375} {
		if err := b.size(width, 640, 1); err != nil {
			return nil, err
		}
		out, err := ask[string](b, `document.documentElement.scrollWidth <= innerWidth && innerWidth <= `+fmt.Sprint(width)+` ? '' : 'page ' + document.documentElement.scrollWidth + ' in ' + innerWidth + ': ' +
			[...document.querySelectorAll('body *')].filter(e => { const r = e.getBoundingClientRect(); return r.width && (r.right > `+fmt.Sprint(width)+` + 1 || r.left < -1) && e.checkVisibility() })
			.slice(0, 5).map(e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.className ? '.' + e.className : '')).join(' ')`)
		if err != nil {
			return nil, err
		}
		if out != "" {
			wrong = append(wrong, fmt.Sprintf("at %d pixels it runs out sideways: %s", width, out))
		}
	}
	return wrong, b.size(375, 812, 1)
}

// forcedColours: with the system's own colours, text still differs from what is
// behind it, and buttons still have an edge.
func forcedColours(b *tab, _ *page) (wrong []string, err error) {
	defer b.prefer("")
	if err := b.prefer("", "forced-colors", "active", "prefers-color-scheme", "dark"); err != nil {
		return nil, err
	}
	bad, err := ask[string](b, `(() => {
		if (!matchMedia('(forced-colors: active)').matches) return 'forced colours are not on';
		const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\)$|transparent/.test(c)) return c } return getComputedStyle(document.documentElement).backgroundColor };
		const same = [...document.querySelectorAll('h1, h2, h3, p, a, button, label, td')].filter(e => e.checkVisibility() && e.textContent.trim() && getComputedStyle(e).color === behind(e));
		const bare = [...document.querySelectorAll('button, input:not([type=hidden]), select, textarea')].filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 1 && parseFloat(getComputedStyle(e).borderTopWidth) + parseFloat(getComputedStyle(e).borderBottomWidth) === 0 && getComputedStyle(e).appearance === 'none' && getComputedStyle(e).outlineStyle === 'none');
		return same.slice(0, 3).map(e => 'unreadable: ' + e.outerHTML.slice(0, 90)).concat(bare.slice(0, 3).map(e => 'no edge: ' + e.outerHTML.slice(0, 90))).join('\n\t') })()`)
	if err != nil {
		return nil, err
	}
	if bad != "" {
		wrong = append(wrong, "with forced colours: "+bad)
	}
	return wrong, nil
}

// reducedMotion: nothing moves for somebody who asked for that.
func reducedMotion(b *tab, _ *page) (wrong []string, err error) {
	defer b.prefer("")
	if err := b.prefer("", "prefers-reduced-motion", "reduce"); err != nil {
		return nil, err
	}
	moving, err := ask[string](b, `[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e), slow = d => d.split(',').some(x => parseFloat(x) > .011);
		return (s.animationName !== 'none' && slow(s.animationDuration)) || (s.transitionProperty !== 'none' && /all|transform|translate|scale|rotate|inset|top|left|right|bottom|width|height/.test(s.transitionProperty) && slow(s.transitionDuration)) || s.scrollBehavior === 'smooth' })
		.slice(0, 3).map(e => e.outerHTML.slice(0, 90)).join('\n\t')`)
	if err != nil {
		return nil, err
	}
	if moving != "" {
		wrong = append(wrong, "with reduced motion these still move: "+moving)
	}
	return wrong, nil
}

// skipLinkFirst: the first press of Tab shows a link that jumps over the header,
// and Enter takes it.
func skipLinkFirst(b *tab, _ *page) (wrong []string, err error) {
	// An address that leads to a place on its page, as of one comment, has spared the journey.
	if there, err := ask[bool](b, `!!document.querySelector(':target')`); err != nil || there {
		return nil, err
	}
	if _, err := ask[bool](b, `(document.activeElement?.blur(), getSelection().removeAllRanges(), scrollTo(0, 0), history.replaceState(null, '', location.pathname + location.search), true)`); err != nil {
		return nil, err
	}
	// A page that puts the cursor into its main field has spared the journey.
	if own, err := ask[bool](b, `!!document.querySelector('[autofocus]')`); err != nil || own {
		return nil, err
	}
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
		return nil, err
	}
	if _, err := ask[bool](b, `Promise.allSettled(document.getAnimations().map(a => a.finished)).then(() => true)`); err != nil {
		return nil, err // it may slide in
	}
	first, err := ask[string](b, `(e => { const r = e.getBoundingClientRect();
		return !/^#/.test(e.getAttribute('href') || '') ? 'the first Tab reaches ' + e.outerHTML.slice(0, 90) + ' and no skip link' :
			r.width < 2 || r.height < 2 || r.bottom < 1 || r.right < 1 || r.left > innerWidth || !e.checkVisibility({opacityProperty: true, visibilityProperty: true}) ? 'the skip link is not seen when it has the focus' :
			!document.getElementById(e.getAttribute('href').slice(1)) ? 'the skip link leads nowhere' : '' })(document.activeElement)`)
	if err != nil {
		return nil, err
	}
	if first != "" {
		return []string{first}, nil
	}
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		return nil, err
	}
	inMain, err := ask[bool](b, `!!document.activeElement.closest('main')`)
	if err != nil {
		return nil, err
	}
	if !inMain {
		wrong = append(wrong, "after the skip link the focus is not in main")
	}
	return wrong, nil
}

// shoot leaves pictures of the open page at three widths, in light and dark. The
// window grows to the page: a picture taken beyond the window leaves short pages
// that run from right to left out of itself.
func shoot(b *tab, p *page, stem string) error {
	defer b.prefer("")
	for _, width := range []int64{375, 768, 1440} {
		for _, scheme := range []string{"light", "dark"} {
			if err := b.prefer("", "prefers-color-scheme", scheme); err != nil {
				return err
			}
			if err := b.size(width, 900, 1); err != nil {
				return err
			}
			if err := b.open(p.path); err != nil {
				return err
			}
			high, err := ask[int64](b, `[...document.images].forEach(i => i.loading = 'eager'), document.documentElement.scrollHeight`)
			if err != nil {
				return err
			}
			if err := b.size(width, min(high, 16000), 1); err != nil {
				return err
			}
			if _, err := ask[bool](b, `Promise.all([...document.images].map(i => i.decode().catch(() => 0))).then(() => true)`); err != nil {
				return err
			}
			png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				return err
			}
			if err := os.WriteFile(fmt.Sprintf("%s-%s-%d.png", stem, scheme, width), png, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
