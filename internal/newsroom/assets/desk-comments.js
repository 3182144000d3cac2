// The queue by keys, one decision after the other without a new page. Every key presses
// a button that is there for the mouse too.
const form = document.getElementById('queue')
const items = () => [...document.querySelectorAll('.said-by')]
let at = 0
// Keys are about one comment, which is marked; a new page leaves the focus at its top.
const mark = i => {
	at = i
	items().forEach((x, n) => x.classList.toggle('at', n == at))
}
const go = i => {
	const all = items()
	if (!all.length) return
	mark(Math.max(0, Math.min(i, all.length - 1)))
	all[at].focus({ preventScroll: true })
	all[at].scrollIntoView({ block: 'nearest' })
}
document.addEventListener('focusin', e => {
	const i = items().indexOf(e.target.closest('.said-by'))
	if (i >= 0) mark(i)
})
let undo = document.querySelector('.undo')
const say = document.createElement('p')
say.setAttribute('role', 'status')
say.className = 'unseen'
document.querySelector('main').prepend(say)
form?.addEventListener('submit', async e => {
	const b = e.submitter, [what, id] = b.value.split(':')
	if (!id || what.startsWith('alike')) return
	e.preventDefault()
	const data = new FormData(form, b)
	data.delete('id')
	b.disabled = true
	const r = await fetch(form.action, { method: 'POST', body: new URLSearchParams(data) }).catch(() => {})
	if (!r?.ok) return b.disabled = false, form.submit()
	const log = new URL(r.url).searchParams.get('undo')
	const doc = new DOMParser().parseFromString(await r.text(), 'text/html')
	const next = doc.querySelector('.undo')
	if (log && next) undo ? undo.replaceWith(next) : document.querySelector('.tabs').before(next), undo = next
	document.querySelector('.tabs').replaceWith(doc.querySelector('.tabs'))
	say.textContent = doc.querySelector('.said')?.textContent || ''
	const li = b.closest('li'), i = items().indexOf(li.firstElementChild)
	const same = doc.querySelector(`[data-id="${id}"]`)
	if (same) li.replaceChildren(same)
	else li.remove()
	// The last one here: what comes next is put in its place. A new page would lose the
	// keys that are pressed while it loads, undo first of all.
	if (!items().length) {
		const more = doc.querySelector('.queue')
		if (more) document.querySelector('.queue').replaceWith(more)
		else form.replaceWith(doc.querySelector('.empty'))
		document.querySelector('.pager')?.remove()
		const pager = doc.querySelector('.pager')
		if (pager) form.after(pager)
		history.replaceState(null, '', r.url)
	}
	go(i)
})
const all = document.querySelector('[data-all]')
if (all) {
	all.hidden = false
	all.addEventListener('click', () => {
		const boxes = [...form.querySelectorAll('[name=id]')], on = boxes.some(b => !b.checked)
		for (const b of boxes) b.checked = on
	})
}
document.addEventListener('keydown', e => {
	if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input:not([type=checkbox]), textarea, select')) return
	const here = items()[at]
	const press = root => root?.querySelector(`[data-key="${e.key}"]`)
	if (e.key === 'j') go(at + 1)
	else if (e.key === 'k') go(at - 1)
	else if (e.key === 'x' && here) here.querySelector('[name=id]').click()
	else if (e.key === 'u' && undo) undo.querySelector('button').click()
	else {
		const b = press(here) || press(document.querySelector('.talk'))
		if (!b) return
		b.click()
	}
	e.preventDefault()
})
mark(0)
