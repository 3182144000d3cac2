// Alerts work without this file. With it: the number on the button follows what is
// typed, the countdown counts, and what leaves is seen leaving.

const $ = (sel, root = document) => root.querySelector(sel);
const $$ = (sel, root = document) => [...root.querySelectorAll(sel)];

// A second click on a button that sends is none.
for (const form of $$('form[data-once]')) {
	let sent = false;
	form.addEventListener('submit', (e) => {
		if (sent) { e.preventDefault(); return; }
		sent = true;
		setTimeout(() => { for (const b of $$('button', form)) b.disabled = true; });
	});
	addEventListener('pageshow', () => { sent = false; for (const b of $$('button', form)) b.disabled = false; });
}

const compose = $('#compose');
if (compose) composing(compose);
const live = $('#live');
if (live) watching(live);
for (const row of $$('article[data-events]').slice(0, 3)) { // a browser opens six connections at most
	const was = row.dataset.state;
	listen(row.dataset.events, (e) => {
		const said = $('[data-said]', row);
		if (said) said.textContent = e.said;
		const word = $('[data-word]', row);
		if (word) { word.textContent = e.word; word.className = `status ${e.state}`; }
		if (e.over || (was === 'awaiting-approval' && e.state !== was)) reload();
	});
}
for (const f of $$('[data-line]')) f.addEventListener('keydown', (e) => { if (e.key === 'Enter') e.preventDefault(); });
const devices = $('#devices');
if (devices?.dataset.key) registering(devices);
for (const e of $$('.nojs')) e.hidden = true;

function reload() { location.replace(location.pathname + location.search); }

// listen tells f of every event, and lost(true) when nothing was heard for long.
function listen(address, f, lost = () => {}) {
	let heard = performance.now();
	let stream;
	let over = false;
	const open = () => {
		stream = new EventSource(address);
		stream.onmessage = (m) => {
			heard = performance.now();
			lost(false);
			const e = JSON.parse(m.data);
			if (e.over) { over = true; stream.close(); }
			f(e);
		};
		stream.onerror = () => { // closed for good is only a refusal, such as a server that starts anew
			if (stream.readyState === EventSource.CLOSED && !over) setTimeout(open, 1500);
		};
	};
	open();
	setInterval(() => { if (!over && performance.now() - heard > 4500) lost(true); }, 1000);
	addEventListener('pagehide', () => { over = true; stream.close(); });
	addEventListener('pageshow', (e) => { if (e.persisted) reload(); });
}

function composing(form) {
	const part = $('#preview');
	let asked = 0;
	let timer;
	const preview = async () => {
		const mine = ++asked;
		try {
			const r = await fetch('/desk/alerts/preview', { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { 'Desk-Part': 'preview' }, redirect: 'error' });
			if (!r.ok || mine !== asked) return;
			const text = await r.text();
			if (mine !== asked) return;
			const focus = part.contains(document.activeElement) ? document.activeElement.id : '';
			part.innerHTML = text; // our own server's escaped HTML
			for (const e of $$('.nojs', part)) e.hidden = true;
			if (focus) document.getElementById(focus)?.focus();
		} catch { /* no network: the next letter tries again */ }
		if (mine === asked) fresh(true);
	};
	// What the button says belongs to older words until the answer is here. If it never
	// comes, the server compares before it sends.
	const fresh = (yes) => {
		part.classList.toggle('old', !yes);
		const send = $('#send', part);
		if (send) send.disabled = !yes;
	};
	form.addEventListener('input', (e) => {
		if (part.contains(e.target)) return;
		counts();
		asked++;
		fresh(false);
		clearTimeout(timer);
		timer = setTimeout(preview, 250);
	});
	form.addEventListener('keydown', (e) => {
		if (e.key === 'Enter' && e.target.matches('input')) e.preventDefault(); // only a button sends
	});
	function counts() {
		for (const f of $$('[data-count]', form)) {
			let said = $('.count-said', f.parentElement);
			if (!said) {
				said = document.createElement('span');
				said.className = 'count-said';
				$('label', f.parentElement).append(' ', said);
			}
			const n = [...f.value].length;
			said.textContent = n ? `${n} of about ${f.dataset.count}` : '';
			said.classList.toggle('over', n > f.dataset.count);
		}
	}
	counts();
}

function watching(live) {
	const heard = $('#heard');
	const group = (s) => (s === 'awaiting-approval' ? 0 : s === 'sent' || s === 'stopped' ? 2 : 1);
	const was = live.dataset.state;
	const points = [];
	let leaves = 0;
	let patience = 0;
	let saidAt = 0;
	let state = was;
	const clock = (ms) => { const s = Math.ceil(ms / 1000); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`; };
	const begin = () => {
		const c = $('.clock', live);
		leaves = c ? performance.now() + Number(c.dataset.left) : 0;
	};
	begin();
	const p = $('#patience');
	if (p) patience = performance.now() + Number(p.dataset.patience);
	setInterval(() => {
		const c = $('.clock', live);
		if (c && leaves) c.textContent = Math.max(0, Math.ceil((leaves - performance.now()) / 1000));
		if (p && !p.hidden) {
			const left = patience - performance.now();
			$('.left', p).textContent = clock(Math.max(0, left));
			if (left <= 0) { p.hidden = true; $('#alone').hidden = false; }
		}
	}, 100);
	if ('over' in live.dataset) return; // nothing more happens
	listen(live.dataset.events, (e) => {
		if (e.over || group(e.state) !== group(was)) { reload(); return; }
		if (live.innerHTML !== e.html) live.innerHTML = e.html; // our own server's escaped HTML
		begin();
		if (p) patience = performance.now() + e.patience;
		const word = $('#word');
		word.textContent = e.word;
		word.className = `status ${e.state}`;
		if (e.since > 0 && $('#mend')) $('#mend').hidden = false;
		if (e.state !== state || performance.now() - saidAt > 15000) { heard.textContent = e.said; saidAt = performance.now(); }
		state = e.state;
		if (e.audience > 0 && e.since > 0) { points.push([e.since, e.accepted]); draw(points, e.audience); }
	}, (is) => { $('#lost').hidden = !is; });
}

// draw shows how many accepted since the first message left.
function draw(points, audience) {
	const box = $('#chart');
	const W = 600;
	const H = 200;
	const span = Math.max(points.at(-1)[0], 1000);
	const at = ([t, n]) => `${(t / span * W).toFixed(1)} ${(H - n / audience * (H - 8)).toFixed(1)}`;
	const line = `M0 ${H} ` + points.map((p) => 'L' + at(p)).join(' ');
	let svg = $('svg', box);
	if (!svg) {
		const ns = 'http://www.w3.org/2000/svg';
		svg = document.createElementNS(ns, 'svg');
		svg.setAttribute('viewBox', `0 0 ${W} ${H}`);
		svg.setAttribute('preserveAspectRatio', 'none');
		svg.setAttribute('role', 'img');
		for (const name of ['area', 'curve']) {
			const path = document.createElementNS(ns, 'path');
			path.setAttribute('class', name);
			svg.append(path);
		}
		const span = document.createElement('span');
		$('figcaption', box).append(span);
		box.prepend(svg);
		box.hidden = false;
	}
	$('.curve', svg).setAttribute('d', line);
	$('.area', svg).setAttribute('d', `${line} L${W} ${H} Z`);
	const last = points.at(-1);
	const words = `${last[1].toLocaleString('en')} of ${audience.toLocaleString('en')} after ${Math.round(last[0] / 1000)} s`;
	$('figcaption span', box).textContent = words;
	svg.setAttribute('aria-label', `Accepted: ${words}`);
}

async function registering(box) {
	const form = $('#register');
	const button = $('button', form);
	const said = $('#device-said');
	const hash = async (s) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(s)))].map((b) => b.toString(16).padStart(2, '0')).join('');
	const mark = (sub) => hash(sub.endpoint).then((h) => {
		const here = $(`[data-device="${h}"] .here`, box);
		if (here) { here.hidden = false; button.textContent = 'Register this browser again'; }
	});
	if (!('serviceWorker' in navigator) || !('PushManager' in window)) {
		said.textContent = /iPhone|iPad/.test(navigator.userAgent)
			? 'On an iPhone or iPad, first add this site to the home screen (Share, then “Add to Home Screen”), and open the desk from there.'
			: 'This browser cannot get push messages, or not on this address: they need https.';
		return;
	}
	button.disabled = false;
	navigator.serviceWorker.getRegistration('/').then((r) => r?.pushManager.getSubscription()).then((sub) => sub && mark(sub));
	form.addEventListener('submit', async (e) => {
		if (form.elements.subscription.value) return; // on its way to the server
		e.preventDefault();
		button.disabled = true;
		try {
			// The question has to be asked inside the click.
			const yes = Notification.permission === 'granted' ? 'granted' : await Notification.requestPermission();
			if (yes !== 'granted') {
				said.textContent = yes === 'denied'
					? 'This browser refuses notifications from this site. Allow them in its settings for this site (the sign before the address), then press again.'
					: 'Nothing was registered, since the browser’s question was not answered with yes.';
				button.disabled = false;
				return;
			}
			said.textContent = 'Registering …';
			await navigator.serviceWorker.register('/sw.js');
			const worker = await navigator.serviceWorker.ready;
			const raw = atob(box.dataset.key.replace(/-/g, '+').replace(/_/g, '/'));
			const key = Uint8Array.from(raw, (c) => c.charCodeAt(0));
			let sub = await worker.pushManager.getSubscription();
			const old = sub?.options.applicationServerKey;
			if (old && String(new Uint8Array(old)) !== String(key)) { await sub.unsubscribe(); sub = null; }
			sub ??= await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
			form.elements.subscription.value = JSON.stringify(sub);
			form.submit();
		} catch (err) {
			said.textContent = `This did not work: ${err.message}. In a private window it never does; otherwise try again in a moment.`;
			button.disabled = false;
		}
	});
}
