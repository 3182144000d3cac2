// What may be meant while a search is typed. Fetched when a search field is entered;
// the form works without it.
export const attach = field => {
	if (field.getAttribute('role')) return
	const d = document, list = d.createElement('ul'), form = field.form
	list.className = 'suggest'
	list.id = field.id + '-list'
	list.hidden = true
	list.setAttribute('role', 'listbox')
	list.setAttribute('aria-label', field.labels[0].textContent)
	field.after(list)
	const say = (name, value) => field.setAttribute('aria-' + name, value)
	field.setAttribute('role', 'combobox')
	say('autocomplete', 'list')
	say('controls', list.id)
	say('expanded', false)
	let on = -1, timer, asking, shown = ''
	const choose = n => {
		const items = [...list.children]
		on = n
		items.forEach((e, i) => e.setAttribute('aria-selected', i === n))
		items[n]?.scrollIntoView({ block: 'nearest' })
		if (n < 0) field.removeAttribute('aria-activedescendant')
		else say('activedescendant', items[n].id)
	}
	const open = yes => {
		list.hidden = !yes
		say('expanded', yes)
		choose(-1)
	}
	const close = () => {
		clearTimeout(timer)
		asking?.abort()
		shown = ''
		open(false)
	}
	const look = async () => {
		const q = field.value
		if (q.trim().length < 2) return close()
		if (q === shown) return
		asking?.abort()
		asking = new AbortController()
		try {
			const r = await fetch('/api/v1/search/suggest?q=' + encodeURIComponent(q), { signal: asking.signal })
			const { items } = r.ok ? await r.json() : { items: [] }
			shown = q
			list.replaceChildren(...items.map((s, i) => {
				const e = d.createElement('li'), u = new URL(s.url)
				e.id = list.id + i
				e.dir = 'auto'
				e.dataset.kind = s.kind
				e.dataset.to = u.pathname + u.search
				e.setAttribute('role', 'option')
				e.textContent = s.text
				return e
			}))
			open(items.length > 0)
		} catch {
			// Offline, or overtaken by the next letter.
		}
	}
	const go = e => {
		if (e.dataset.kind === 'word') {
			field.value = e.textContent
			form.requestSubmit()
		} else location = e.dataset.to
		close()
	}
	field.addEventListener('input', () => {
		clearTimeout(timer)
		timer = setTimeout(look, 120)
	})
	field.addEventListener('keydown', e => {
		const n = list.hidden ? 0 : list.children.length
		if (e.isComposing || !n) return
		if (e.key === 'ArrowDown') choose(on < n - 1 ? on + 1 : -1)
		else if (e.key === 'ArrowUp') choose(on < 0 ? n - 1 : on - 1)
		else if (e.key === 'Escape') close()
		else if (e.key === 'Enter' && on >= 0) go(list.children[on])
		else return
		e.preventDefault()
	})
	field.addEventListener('blur', close)
	form.addEventListener('submit', close)
	// The field keeps the focus, or the list would be gone before it is clicked.
	list.addEventListener('mousedown', e => e.preventDefault())
	list.addEventListener('click', e => {
		const item = e.target.closest('li')
		if (item) go(item)
	})
	if (d.activeElement === field && field.value !== field.defaultValue) look()
}
