// All the script there is. Each part has a reason, and every page works without.
(d => {
	// Browsers of before 2024 cannot tell a stylesheet that scripts run.
	if (!matchMedia('(scripting)').matches) d.documentElement.classList.add('scripts')
	// Copying a story's address: what phones hide in two menus. Where the
	// system has a sheet for sharing, that opens.
	for (const b of d.querySelectorAll('[data-copy]')) b.addEventListener('click', async () => {
		const url = d.querySelector('link[rel=canonical]')?.href || location.href
		try {
			if (navigator.share && matchMedia('(pointer: coarse)').matches) return await navigator.share({ title: d.title, url })
			await navigator.clipboard.writeText(url)
			const was = b.textContent
			b.textContent = b.dataset.copy
			setTimeout(() => b.textContent = was, 2000)
		} catch {
			// Not allowed, or the sheet was closed: the address bar is still there.
		}
	})
	// The hour of publication where the reader is, if that is another hour.
	// The room for it is kept by the stylesheet, so nothing moves.
	const t = d.querySelector('time[data-part=published]'), out = d.querySelector('[data-local]')
	if (t && out) {
		const at = new Date(t.dateTime), zone = /([+-])(\d\d):(\d\d)$/.exec(t.dateTime)
		const minutes = zone ? (zone[1] + 1) * (zone[2] * 60 + +zone[3]) : 0
		if (minutes !== -at.getTimezoneOffset()) out.textContent = out.dataset.local.replace('{time}',
			at.toLocaleString(d.documentElement.lang + '-u-nu-latn', { weekday: 'short', hour: '2-digit', minute: '2-digit' }))
	}
	// A search sends only what was filled in: addresses short enough to pass
	// on, and the same for the same question.
	for (const f of d.querySelectorAll('form[action="/search"]')) {
		f.addEventListener('submit', () => {
			for (const e of f.elements) if (e.name && (!e.value || e.name === 'sort' && e.value === 'relevance')) e.disabled = true
		})
		// Back from the results, the form is whole again.
		addEventListener('pageshow', () => { for (const e of f.elements) e.disabled = false })
	}
	// What may be meant while a search is typed: fetched when the field is entered.
	for (const f of d.querySelectorAll('input[type=search]')) {
		const entered = () => import('SUGGEST').then(m => m.attach(f)).catch(() => {})
		if (d.activeElement === f) entered()
		else f.addEventListener('focus', entered, { once: true })
	}
	// Comments: what makes them better is fetched when they come into sight.
	for (const c of d.querySelectorAll('[data-talk],[data-about]')) new IntersectionObserver((seen, o) => {
		if (seen.some(x => x.isIntersecting)) o.disconnect(), import('COMMENTS').then(m => m.start(c)).catch(() => {})
	}).observe(c)
	const keys = d.querySelectorAll('[data-passkey]')
	if (keys.length) import('PASSKEY').then(m => m.start(keys)).catch(() => {})
	// Notifications. What is behind their buttons is fetched when one is pressed, or
	// when this browser has notifications already: here, or from the system before.
	if (!d.currentScript.dataset.pushKey) return
	const alerts = use => import('ALERTS').then(use)
	for (const a of d.querySelectorAll('.alerts > a, .offer a')) a.addEventListener('click', e => {
		if (e.button || e.ctrlKey || e.metaKey || e.shiftKey) return
		e.preventDefault()
		alerts(m => m.open(a)).catch(() => location = a.href)
	})
	d.addEventListener('click', e => {
		const b = e.target.closest('[data-do]')
		if (b) alerts(m => m.press(b))
	})
	const allowed = window.Notification?.permission, form = d.querySelector('.choose')
	let was
	try {
		was = localStorage.alerts
	} catch {
		// Storage is off.
	}
	const start = () => alerts(m => m.start())
	if (was ? was.includes('"on":true') : allowed === 'granted') (window.requestIdleCallback || setTimeout)(start)
	else if (form && (allowed !== 'default' || !window.PushManager)) start()
	else form?.addEventListener('focusin', start, { once: true })
})(document)
