// The service worker: shows what the newsroom sent, opens its story, and keeps nothing
// else. When a message arrives it asks nobody for anything: a million browsers would
// ask at once, just when the story draws its readers. The icon is therefore in here.
const w = WORDS
const api = '/api/v1/push/', kept = 50

self.addEventListener('install', e => {
	self.skipWaiting()
	// Reading is not made to wait for a worker that sleeps: only what a click of ours
	// opened, or its "try again", comes through here. (Where browsers can be told.)
	try {
		e.addRoutes?.({ condition: { runningStatus: 'not-running', urlPattern: { search: '' } }, source: 'network' })?.catch(() => 0)
	} catch {
		// Another draft of the rule: then it sleeps through less.
	}
})
self.addEventListener('activate', e => e.waitUntil(self.clients.claim()))

// What was shown lately, newest last, in the cache called "alerts": a worker has no
// simpler place that lasts. Turns are taken one after the other, since two messages
// can arrive at once.
let turn = Promise.resolve()
const inTurn = f => turn = turn.then(f, f)
async function recall(name) {
	try {
		return await (await caches.open('alerts')).match(name)
	} catch {
		// No storage: nothing is known.
	}
}
const shown = async () => (await recall('/shown'))?.json().catch(() => []) ?? []
async function note(list) {
	try {
		await (await caches.open('alerts')).put('/shown', new Response(JSON.stringify(list.slice(-kept))))
	} catch {
		// No storage: a repeat is then only hidden by its tag.
	}
}

self.addEventListener('push', e => e.waitUntil(arrived(e.data)))

async function arrived(data) {
	let n
	try {
		n = data.json().notification
	} catch {
		// Not ours, or broken. A browser demands that something is shown.
	}
	if (!n || typeof n.title !== 'string' || !n.title) {
		return self.registration.showNotification(w.site, { body: w.news, tag: 'news', icon: w.icon, lang: w.lang, dir: w.dir, data: { url: '/alerts' } })
	}
	const id = String(n.data?.alert ?? ''), tag = String(n.tag ?? ''), made = Number(n.data?.made) || 0
	if (!id) return show(n)
	const fresh = await inTurn(async () => {
		// Seen already; or its correction is, which came first.
		if (underWay.has(id) || (await shown()).some(s => s.id === id || tag && s.tag === tag && s.made > made)) return
		underWay.add(id)
		return true
	})
	if (!fresh) return unseen(tag)
	await show(n)
	// Noted once it is shown: a worker that ends between the two shows a repeat, not nothing.
	await inTurn(async () => note([...await shown(), { id, tag, made, path: new URL(inside(n.navigate)).pathname, n }]))
	underWay.delete(id)
	// A picture that comes slowly must not put the first words over their correction,
	// which arrived meanwhile.
	const later = tag && latest(await shown(), tag)
	if (later?.made > made) await show({ ...later.n, renotify: false, silent: true })
}

const underWay = new Set
const latest = (list, tag) => list.filter(s => s.tag === tag).sort((a, b) => a.made - b.made).at(-1)

// unseen is a repeat. A browser that is shown nothing for a message, with none of our
// pages in sight, says itself that the site did something; so the reader's last words
// stand there silently for a moment.
async function unseen(tag) {
	const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
	if (pages.some(c => c.visibilityState === 'visible') || (await self.registration.getNotifications()).length) return
	const last = latest(await shown(), tag)
	if (!last) return
	await show({ ...last.n, renotify: false, silent: true })
	setTimeout(async () => (await self.registration.getNotifications({ tag })).forEach(n => n.close()), 1500)
}

const show = n => self.registration.showNotification(n.title, {
	body: n.body, tag: n.tag ?? '', lang: n.lang, dir: n.dir, icon: w.icon, image: n.image, renotify: !!(n.renotify && n.tag),
	silent: n.silent ?? null, actions: n.actions?.map(a => ({ action: a.action, title: a.title })),
	data: { ...n.data, url: inside(n.navigate), again: !!n.renotify },
})

// inside is an address on this site: a message opens nothing else.
function inside(address) {
	try {
		const u = new URL(address, self.location.origin)
		if (u.origin === self.location.origin) return u.href
	} catch {
		// No address at all.
	}
	return self.location.origin + '/alerts'
}

// clicked are the pages that a click opens now: when one cannot be loaded, the words
// that were sent stand in its place.
const clicked = new Set

self.addEventListener('notificationclick', e => {
	const data = e.notification.data || {}
	if (e.action !== 'stop') e.notification.close()
	e.waitUntil(e.action === 'stop' ? stop(e.notification, data) : visit(inside(data.url), data.again))
})

async function visit(url, again) {
	const path = new URL(url).pathname
	for (const c of await self.clients.matchAll({ type: 'window', includeUncontrolled: true })) {
		if (new URL(c.url).pathname !== path) continue
		await c.focus()
		// An open page still says what was corrected.
		if (again) await c.navigate(url).catch(() => 0)
		return
	}
	clicked.add(path)
	return self.clients.openWindow(url)
}

// stop says what became of it in the notification's own place, by its tag: nothing has
// to be closed before, which could be heard after.
async function stop(n, data) {
	const say = (body, url) => self.registration.showNotification(n.title, { body, tag: n.tag, lang: w.lang, dir: w.dir, icon: w.icon, silent: true, data: { url } })
	const what = data.stop || {}, page = '/alerts?stop=' + encodeURIComponent(what.topic ? 'topic:' + what.topic : 'story:' + what.story)
	try {
		const { endpoint } = await self.registration.pushManager.getSubscription()
		const r = await fetch(api + 'stop', send({ endpoint, ...what }))
		if (!r.ok) throw r
		await say(w.stopped, '/alerts')
	} catch {
		await say(w.notStopped, page)
	}
}

const send = body => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })

// A browser gives its subscription a new address. The server passes the reader's
// choice on to it; without the old address a page view does.
self.addEventListener('pushsubscriptionchange', e => e.waitUntil((async () => {
	const old = e.oldSubscription?.endpoint ?? await (await recall('/mine'))?.text()
	if (!old) return
	let sub = e.newSubscription ?? await self.registration.pushManager.getSubscription()
	if (!sub || sub.endpoint === old) {
		const { public_key: applicationServerKey } = await (await fetch(api + 'key')).json()
		sub = await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey })
	}
	await fetch(api + 'subscriptions', send({ ...sub.toJSON(), replaces: old }))
})().catch(() => 0)))

self.addEventListener('fetch', e => {
	if (e.request.mode !== 'navigate') return
	const { pathname, search } = new URL(e.request.url)
	if (!clicked.has(pathname) && search !== '?again') return
	e.respondWith(fetch(e.request).then(r => (clicked.delete(pathname), r), () => offline(pathname)))
})

async function offline(path) {
	const s = (await shown()).findLast(s => s.path === path)?.n
	if (!s) return Response.error()
	const text = t => String(t ?? '').replace(/[&<>"]/g, c => '&#' + c.charCodeAt() + ';')
	const page = `<!doctype html><html lang="${w.lang}" dir="${w.dir}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${text(w.offlineTitle)}</title><link rel="stylesheet" href="${w.css}">
<main class="text plain"><div class="title"><p class="stamp">${text(w.offlineTitle)}</p><div lang="${text(s.lang)}" dir="${text(s.dir || 'auto')}"><h1>${text(s.title)}</h1><p class="standfirst">${text(s.body)}</p></div></div>
<p>${text(w.offlineText)}</p><p><a class="button" href="${text(path)}?again">${text(w.tryAgain)}</a></p></main>`
	return new Response(page, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'none'; style-src 'self'" } })
}
