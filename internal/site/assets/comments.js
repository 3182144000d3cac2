// What comments are better with: posting, liking and seeing new ones without leaving
// the page. All of it works without, by the forms and links that stand there.
const page = async (url, options) => {
	const r = await fetch(url, options)
	const doc = new DOMParser().parseFromString(await r.text(), 'text/html')
	return { ok: r.ok, url: r.url, doc, main: doc.querySelector('main') }
}
const words = WORDS
const lang = document.documentElement.lang
const plural = (forms, n) => (forms[new Intl.PluralRules(lang).select(n)] || forms.other).replace('{n}', n.toLocaleString(lang + '-u-nu-latn'))
// What was kept while it was typed needs no keeping once it is posted, by whatever way.
const posted = page => {
	if (location.search != '?posted') return
	try {
		delete localStorage['comment ' + page.dataset.about]
		history.replaceState(null, '', location.pathname)
	} catch {
		// Storage is off.
	}
}
export function start(area) {
	if (area.dataset.about) return posted(area)
	const say = document.createElement('p')
	say.setAttribute('role', 'status')
	say.className = 'says'
	area.append(say)
	const form = area.querySelector('.write'), key = 'comment ' + area.dataset.talk
	if (form) {
		const text = form.elements.text
		// What was typed is kept in this browser until it was posted.
		try {
			if (text.value) localStorage[key] = text.value
			else text.value = localStorage[key] || ''
			text.addEventListener('input', () => localStorage[key] = text.value)
		} catch {
			// Storage is off.
		}
		form.addEventListener('submit', async e => {
			e.preventDefault()
			const b = form.querySelector('button')
			b.disabled = true
			try {
				const r = await page(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) })
				const own = r.main.querySelector('[data-own]')
				// Not signed in yet, or something to change: that page says what to do.
				if (!own) {
					document.replaceChild(document.adoptNode(r.doc.documentElement), document.documentElement)
					const keys = document.querySelectorAll('[data-passkey]')
					if (keys.length) import('PASSKEY').then(m => m.start(keys)).catch(() => {})
					return scrollTo(0, 0)
				}
				try {
					delete localStorage[key]
				} catch {
					// Storage is off.
				}
				text.value = ''
				own.classList.remove('comments')
				form.after(own)
				known(true)
				own.tabIndex = -1
				own.focus()
			} catch {
				say.textContent = words.failed
			}
			b.disabled = false
		})
	}
	const liked = (b, on) => {
		b.dataset.was ??= b.textContent
		b.textContent = on ? words.liked : b.dataset.was
		b.setAttribute('aria-pressed', on)
	}
	area.addEventListener('click', async e => {
		const b = e.target.closest('button[form=deed]')
		if (!b || b.disabled) return
		e.preventDefault()
		b.disabled = true
		const on = b.getAttribute('aria-pressed') != 'true'
		const r = await fetch('/comments/like', { method: 'POST', body: new URLSearchParams({ id: b.value, ...(on ? {} : { off: 1 }) }), redirect: 'follow' }).catch(() => {})
		if (r && r.url.includes('/account/sign-in')) return location = r.url
		if (r?.ok) liked(b, on), known(true)
		b.disabled = false
	})
	// The page is everybody's. One who was signed in here before asks what they liked.
	const known = yes => {
		try {
			if (yes) localStorage.reader = 1
			else delete localStorage.reader
			return yes
		} catch {
			// Storage is off.
		}
	}
	try {
		if (localStorage.reader) fetch('/account/likes').then(r => r.status == 200 ? r.json() : (r.ok && known(false), [])).then(ids => {
			for (const b of area.querySelectorAll('button[form=deed]')) if (ids.includes(b.value)) liked(b, true)
		}).catch(() => {})
	} catch {
		// Storage is off.
	}
	// New ones never move what is read: a button says how many there are.
	const list = () => area.querySelector('.threads')
	let total = +area.dataset.total, fresh, seen = true
	new IntersectionObserver(x => seen = x[0].isIntersecting).observe(area)
	const look = async () => {
		if (!seen || document.hidden || !area.dataset.talk) return
		const r = await fetch(area.dataset.talk + '/count').catch(() => {})
		const n = r?.ok ? +await r.text() : 0
		if (n <= total) return
		if (!fresh) {
			fresh = document.createElement('button')
			fresh.type = 'button'
			fresh.className = 'fresh second'
			fresh.addEventListener('click', show)
			// What is being written or read stays where it is.
			const still = form?.contains(document.activeElement) ? form : [...area.querySelectorAll('.threads > li')].find(x => x.getBoundingClientRect().bottom > 0)
			const top = still?.getBoundingClientRect().top
			fresh.textContent = plural(words.fresh, n - total)
			say.before(fresh)
			list()?.before(fresh)
			if (still) scrollBy(0, still.getBoundingClientRect().top - top)
			// Said once: the number in the button goes on by itself.
			say.textContent = fresh.textContent
		}
		fresh.textContent = plural(words.fresh, n - total)
	}
	const show = async () => {
		const r = await page(area.dataset.talk + '?order=newest').catch(() => {})
		const theirs = r?.doc.querySelector('.threads')
		if (!theirs) return
		let first
		for (const li of [...theirs.children].reverse()) {
			const mine = document.getElementById(li.id)
			if (!list()) fresh.after(Object.assign(document.createElement('ol'), { className: 'threads' }))
			if (!mine) list().prepend(document.adoptNode(li)), first = li
			else for (const a of li.querySelectorAll('.answers > li')) if (!document.getElementById(a.id)) {
				if (!mine.querySelector('.answers')) mine.append(Object.assign(document.createElement('ol'), { className: 'answers' }))
				mine.querySelector('.answers').append(document.adoptNode(a))
				first ||= a
			}
		}
		total = +r.doc.querySelector('[data-total]').dataset.total
		fresh.remove()
		fresh = null
		say.textContent = ''
		if (first) first.tabIndex = -1, first.focus()
	}
	setInterval(look, 30000 + Math.random() * 5000)
}
