// Notifications in a reader's browser: the choice, the browser's own question, what
// became of it, and the repair of what a browser changed. It is fetched when a reader
// presses one of its buttons, or when this browser has notifications already.
const w = WORDS
const d = document, api = '/api/v1/push/', week = 6048e5
const key = d.querySelector('[data-push-key]')?.dataset.pushKey
const worker = navigator.serviceWorker
const all = q => d.querySelectorAll(q)
// Names of any script stand isolated in a sentence, so that they do not turn it round.
const say = (text, values) => text.replace(/{(\w+)}/g, (_, k) => '\u2068' + values[k] + '\u2069')

// What this browser remembers, under "alerts": whether it is on, for which endpoint
// and key, when the server last knew it (at), the choice, and the names of what was
// chosen. The server's word on the choice wins: a notification's own button stops
// topics, too.
function memory() {
	try {
		return JSON.parse(localStorage.alerts) || {}
	} catch {
		return {}
	}
}
function remember(m) {
	try {
		localStorage.alerts = JSON.stringify({ ...memory(), ...m })
	} catch {
		// Storage is off: the server still knows.
	}
}

async function call(path, body, method = 'POST') {
	const r = await fetch(api + path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
	if (!r.ok) throw { status: r.status }
	return r.json().catch(() => 0)
}
const members = ['topics', 'stories', 'importance', 'only_chosen', 'quiet_hours', 'most_per_day', 'paused']
const pick = o => Object.fromEntries(members.filter(k => o?.[k] != null).map(k => [k, o[k]]))

// state says in one word what is possible here: one of the words, or "" where nothing
// stands in the way of asking.
export function state() {
	const ua = navigator.userAgent
	if (/FBA[NV]|FB_IAB|Instagram|Snapchat|TikTok|musical_ly|Bytedance|Pinterest|LinkedInApp|Twitter|MicroMessenger| Line\/|; wv\)/.test(ua)) return 'inApp'
	if (!worker && isSecureContext && /Firefox/.test(ua)) return 'private'
	if (!worker || !window.PushManager || !window.Notification) {
		return apple(ua) && !navigator.standalone ? 'home' : 'unsupported'
	}
	if (Notification.permission === 'denied') return 'blocked'
	const m = memory()
	return !m.on || Notification.permission !== 'granted' ? '' : m.choice?.paused ? 'paused' : 'on'
}
// An iPad says that it is a Mac.
const apple = ua => /iP(hone|ad|od)/.test(ua) || /Mac/.test(ua) && navigator.maxTouchPoints > 1
function unblock(ua) {
	return apple(ua) || /Android/.test(ua) && !/Chrome|Firefox/.test(ua) ? w.unblockPhone
		: /Firefox/.test(ua) ? w.unblockFirefox : /Chrome/.test(ua) ? w.unblockChrome : w.unblockSafari
}

// show puts a state into words wherever the page has room for it, and shows the
// buttons that make sense in it.
function show(now, values) {
	const can = ['on', 'paused', ''].includes(now) ? now : state()
	for (const e of all('[data-state]')) {
		e.dataset.state = now
		e.textContent = now ? say(w[now], values || w) + (now === 'blocked' ? ' ' + unblock(navigator.userAgent) : '') : ''
	}
	for (const e of all('[data-when]')) e.hidden = !e.dataset.when.split(' ').includes(can || 'none')
	for (const e of all('aside.alerts')) {
		const [p, a] = [e.querySelector('p'), e.querySelector('.button')]
		p.role = 'status'
		p.dataset.offer ??= p.textContent
		a.dataset.offer ??= a.textContent
		const on = can === 'on' || can === 'paused'
		p.textContent = on ? w[can] : p.dataset.offer
		a.textContent = on ? w.changeOrStop : a.dataset.offer
	}
	const again = ['failed', 'closed', 'private'].includes(now)
	for (const e of all('[data-do=save], [data-do=ask]')) {
		e.dataset.says ??= e.textContent
		e.textContent = again ? w.tryAgain : e.closest('.choose') && (can === 'on' || can === 'paused') ? w.save : e.dataset.says
	}
}

const bytes = s => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt())
const text = b => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const root = r => new URL(r.scope).pathname === '/'

// held lists what this browser holds for readers of this site: ours, and what another
// system left behind. The desk's own registration is not a reader's.
async function held() {
	const out = []
	for (const reg of await worker.getRegistrations()) {
		const sub = !new URL(reg.scope).pathname.startsWith('/desk') && await reg.pushManager.getSubscription()
		if (sub) {
			const k = sub.options?.applicationServerKey
			out.push({ reg, sub, ours: root(reg) && !!k && text(k) === key })
		}
	}
	return out
}

// subscribe gives a subscription made with our key, and the endpoint that it takes the
// place of. What was made with another key ends first: never two notifications.
async function subscribe() {
	// A registration that another page began and left can keep this one waiting for ever.
	const late = new Promise((_, no) => setTimeout(no, 2e4, { late: true }))
	const reg = await Promise.race([late, worker.register('/sw.js', { scope: '/', updateViaCache: 'none' }).then(() => worker.ready)])
	let mine, old
	for (const h of await held()) {
		if (h.ours) {
			mine = h.sub
			continue
		}
		old = h.sub.endpoint
		await h.sub.unsubscribe()
		if (!root(h.reg)) await h.reg.unregister()
	}
	mine ??= await reg.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
	return { mine, old }
}

// save tells the server, and remembers what it understood.
async function save(sub, choice, replaces) {
	const body = { ...sub.toJSON(), ...pick(choice), language: d.documentElement.lang }
	if (replaces && replaces !== sub.endpoint) body.replaces = replaces
	const said = await call('subscriptions', body)
	remember({ on: true, endpoint: sub.endpoint, key, at: Date.now(), tried: 0, choice: { ...pick(choice), ...pick(said) } })
	// The worker cannot read what a page remembers, and has to name its endpoint when
	// the browser changes it.
	try {
		await (await caches.open('alerts')).put('/mine', new Response(sub.endpoint))
	} catch {
		// Then a page view mends it.
	}
}

const known = endpoint => call('lookup', { endpoint }).catch(e => {
	if (e.status !== 404) throw e
})

// mend makes true again what a browser changed: at once when its subscription is
// another or gone, once a week when nothing changed. It asks the reader nothing.
async function mend() {
	const m = memory(), now = Date.now()
	if (m.on === false || m.tried > now - 6e5 || state() === 'blocked' || Notification.permission !== 'granted') return
	const have = await held(), mine = have.find(h => h.ours)?.sub
	if (!m.on && !have.length) return remember({ on: false })
	if (m.on && have.length === 1 && mine?.endpoint === m.endpoint && m.key === key && now - m.at < week) return
	remember({ tried: now })
	const got = await subscribe()
	const was = [m.endpoint, got.old].find(e => e && e !== got.mine.endpoint)
	await save(got.mine, await known(was || got.mine.endpoint) || m.choice, was)
}

// ask is the way from the press of a button to "You're subscribed". The browser's
// question comes within that press.
async function ask(choice, then) {
	const now = state()
	if (!['', 'on', 'paused'].includes(now)) return show(now)
	if (Notification.permission !== 'granted') {
		show('asking')
		const answer = await Notification.requestPermission()
		if (answer !== 'granted') return show(answer === 'denied' ? 'blocked' : 'closed')
	}
	show('subscribing')
	let got
	try {
		got = await subscribe()
	} catch (e) {
		return show(navigator.onLine && !e.late ? 'private' : 'failed')
	}
	await tell(() => save(got.mine, choice, got.old || memory().endpoint), then)
}

// tell does what needs the server, and says how it went.
async function tell(what, then) {
	try {
		await what()
		then ? show(...then) : show(state())
	} catch (e) {
		show(e.status === 429 ? 'tooMany' : 'failed')
	}
}

const make = (tag, props, ...kids) => {
	const e = Object.assign(d.createElement(tag), props)
	e.append(...kids)
	return e
}
const button = (words, job, when) => {
	const e = make('button', { type: 'button', textContent: words })
	e.dataset.do = job
	if (when != null) e.dataset.when = when
	return e
}

// offered is what the open dialog is about.
let offered

// open offers, over the page and without moving it, what a link to /alerts names: a
// topic, a story, or all. Who is subscribed gets it at once, and can take it back.
export function open(link) {
	const q = new URLSearchParams(link.search), topic = q.get('topic'), story = q.get('story')
	const name = link.querySelector('bdi')?.textContent, headline = d.querySelector('[data-part=headline]')?.textContent
	offered = { topic, story: topic ? null : story, name: topic ? name : w.thisStory }
	remember({ names: { ...memory().names, ...topic && { [topic]: name }, ...story && { [story]: headline } } })
	const ways = [['all', w.whatAll], ['breaking', w.whatBreaking]]
	if (topic) ways.push(['topic', say(w.onlyTopic, { topic: name })])
	if (story) ways.push(['story', w.onlyStory])
	const first = topic ? 'topic' : story && link.closest('.offer') ? 'story' : 'all'
	const list = make('fieldset', {}, make('legend', { textContent: w.chooseWhat }), ...ways.map(([value, words]) =>
		make('label', {}, make('input', { type: 'radio', name: 'way', value, checked: value === first }), ' ' + words)))
	list.dataset.when = 'none'
	const status = make('p', { role: 'status' })
	status.dataset.state = ''
	const box = make('dialog', { className: 'asks', id: 'asks' }, make('h2', { id: 'asks-h', textContent: w.button }), list, status, make('p', { className: 'acts' },
		button(w.button, 'ask', 'none'), topic || first === 'story' ? button(w.stopThis, 'drop', 'on paused') : '',
		make('a', { href: link.href, textContent: w.moreChoices }), button(w.close, 'close')))
	box.setAttribute('aria-labelledby', 'asks-h')
	box.addEventListener('close', () => box.remove())
	// A press beside the box closes it, as everywhere.
	box.addEventListener('click', e => e.target === box && box.close())
	box.dataset.ids = JSON.stringify([topic, story])
	d.body.append(box)
	box.showModal()
	const now = state()
	show(now)
	if ((now === 'on' || now === 'paused') && (topic || first === 'story')) add()
}

// add follows one thing more.
function add() {
	const c = memory().choice || {}, { topic, story, name } = offered
	const more = topic ? { topics: [...new Set([...c.topics || [], topic])] } : { stories: [...new Set([...c.stories || [], story])] }
	return ask({ ...c, ...more }, topic ? ['topic', { topic: name }] : ['story'])
}

const drop = async (what, name) => {
	const endpoint = memory().endpoint
	if (!memory().on || !endpoint) return show('none')
	await tell(async () => remember({ choice: pick(await call('stop', { endpoint, ...what })) }), ['stopped', { name }])
}

// press is every button of the dialog and of the page.
export async function press(b) {
	const form = d.querySelector('.choose'), m = memory()
	switch (b.dataset.do) {
		case 'close':
			return b.closest('dialog').close()
		case 'ask': {
			const [topic, story] = JSON.parse(b.closest('dialog').dataset.ids)
			const way = d.querySelector('#asks input:checked').value
			return ask({
				importance: way === 'breaking' ? 'breaking' : 'ordinary', only_chosen: way === 'topic' || way === 'story',
				topics: way === 'topic' ? [topic] : [], stories: way === 'story' ? [story] : [],
			})
		}
		case 'save':
			return ask({ ...read(form), paused: !!m.choice?.paused }, m.on && ['saved'])
		case 'test':
			return tell(() => call('test', { endpoint: m.endpoint }), ['tested'])
		case 'pause':
		case 'resume':
			return ask({ ...m.choice, paused: b.dataset.do === 'pause' })
		case 'drop': {
			if (!b.dataset.stop) {
				const { topic, story, name } = offered
				return drop(topic ? { topic } : { story }, name)
			}
			const [what, id] = b.dataset.stop.split(/:(.*)/)
			await drop({ [what]: id }, b.dataset.name)
			return fill(form)
		}
		case 'end':
			return tell(async () => {
				for (const h of await held()) {
					await call('subscriptions', { endpoint: h.sub.endpoint }, 'DELETE')
					await h.sub.unsubscribe()
					if (h.ours) await h.reg.unregister()
				}
				remember({ on: false, endpoint: '', choice: {} })
			}, ['off'])
	}
}

// read and fill carry a choice from the form and into it.
function read(form) {
	const f = new FormData(form), what = f.get('what')
	const from = f.get('from'), to = f.get('to')
	return {
		importance: what === 'breaking' ? 'breaking' : 'ordinary', only_chosen: what === 'chosen',
		topics: f.getAll('topic'), stories: f.getAll('story'), most_per_day: +f.get('most'),
		...from && to && { quiet_hours: { from, to, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone } },
	}
}
function fill(form) {
	const c = memory().choice
	if (!form || !c) return
	form.what.value = c.only_chosen ? 'chosen' : c.importance === 'breaking' ? 'breaking' : 'all'
	for (const [name, chosen, other] of [['topic', c.topics], ['story', c.stories, w.aStory]]) {
		const list = form.querySelector('[data-list=' + name + ']')
		for (const id of chosen || []) {
			if (![...list.querySelectorAll('input')].some(e => e.value === id)) {
				list.append(make('label', {}, make('input', { type: 'checkbox', name, value: id }), ' ', make('bdi', { textContent: memory().names?.[id] || other || id })))
			}
		}
		const asked = new URLSearchParams(location.search).get(name)
		for (const e of list.querySelectorAll('input')) e.checked = !!chosen?.includes(e.value) || e.value === asked
		list.hidden = !list.querySelector('input')
	}
	form.from.value = c.quiet_hours?.from || ''
	form.to.value = c.quiet_hours?.to || ''
	form.most.value = c.most_per_day || 0
}

// start is for a page view in a browser that has notifications, or has to be told why
// it cannot. A server that does not answer must not disturb reading.
export async function start() {
	const form = d.querySelector('.choose')
	if (form) fill(form)
	settle()
	try {
		if (worker) await (navigator.locks ? navigator.locks.request('alerts', mend) : mend())
		const m = memory()
		if (form && m.on) {
			const now = await known(m.endpoint)
			if (now) remember({ choice: pick(now) })
			fill(form)
		}
	} catch {
		return
	}
	settle()
}
// settle shows how things stand, but not over the answer to a press that came meanwhile.
function settle() {
	if (['', 'on', 'paused'].includes(d.querySelector('[data-state]')?.dataset.state || '')) show(state())
}
