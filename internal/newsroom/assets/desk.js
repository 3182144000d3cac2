// The desk works without this file. With it: a live preview, pictures by dragging,
// pasting that keeps structure, and a copy of unsaved text in this browser.

const $ = (sel, root = document) => root.querySelector(sel);
const $$ = (sel, root = document) => [...root.querySelectorAll(sel)];
const later = (ms, f) => { let t; return () => { clearTimeout(t); t = setTimeout(f, ms); }; };

const form = $('#editor');
if (form) editor(form);
const front = $('#front');
if (front) moves(front);

for (const field of $$('[data-copy]')) {
	const b = document.createElement('button');
	b.type = 'button';
	b.textContent = 'Copy';
	b.onclick = async () => {
		field.select();
		try { await navigator.clipboard.writeText(field.value); b.textContent = 'Copied'; } catch { document.execCommand('copy'); }
	};
	field.after(b);
}

document.addEventListener('keydown', (e) => {
	const typing = e.target.closest('input, textarea, select');
	if (e.key === '/' && !typing && $('#q')) { e.preventDefault(); $('#q').focus(); }
	if ((e.ctrlKey || e.metaKey) && e.key === 's' && $('#save')) { e.preventDefault(); $('#save').click(); }
});

function editor(form) {
	const body = $('#f-body');
	const state = $('#state');
	const key = 'dateline:text:' + form.dataset.story;
	const fields = () => $$('input, textarea, select', form).filter((f) =>
		f.name && f.type !== 'file' && !['base', 'choose', 'use', 'note', 'change'].includes(f.name));
	const values = () => {
		const v = {};
		for (const f of fields()) {
			if (f.type === 'radio' || f.type === 'checkbox') { if (f.checked) v[f.name] = f.value; else v[f.name] ??= ''; } else v[f.name] = f.value;
		}
		return v;
	};
	const text = (v) => JSON.stringify(v);
	let clean = text(values());
	let forced = 'dirty' in form.dataset;
	let leaving = false;
	const dirty = () => forced || text(values()) !== clean;

	// A copy of what is not saved, so that a closed lid or a lost session costs nothing.
	const keep = () => {
		try {
			if (dirty()) localStorage.setItem(key, JSON.stringify({ at: Date.now(), base: $('[name=base]').value, v: values() }));
			else localStorage.removeItem(key);
		} catch { /* storage is full or forbidden: the form itself still holds the text */ }
	};
	let kept = null;
	try {
		if ('saved' in form.dataset) { localStorage.removeItem(key); localStorage.removeItem('dateline:text:new'); }
		kept = JSON.parse(localStorage.getItem(key));
	} catch { /* as above */ }
	if (kept && text(kept.v) !== clean && !forced) {
		const at = $('#kept-at');
		at.textContent = new Date(kept.at).toLocaleString();
		$('#kept').hidden = false;
		$('#kept-take').onclick = () => {
			for (const f of fields()) {
				if (!(f.name in kept.v)) continue;
				if (f.type === 'radio' || f.type === 'checkbox') f.checked = f.value === kept.v[f.name]; else f.value = kept.v[f.name];
			}
			// Its own base goes with it: if somebody saved since, the server will show both.
			$('[name=base]').value = kept.base;
			$('#kept').hidden = true;
			changed();
		};
		$('#kept-drop').onclick = () => { localStorage.removeItem(key); kept = null; $('#kept').hidden = true; };
	}

	const keepSoon = later(800, () => { if ($('#kept').hidden) keep(); });
	const previewSoon = later(350, preview);
	const stands = state.textContent;
	function mark() {
		const d = dirty();
		state.classList.toggle('unsaved', d);
		state.textContent = d ? 'Not saved yet. Ctrl+S saves.' : stands;
	}
	function changed() {
		mark();
		keepSoon();
		previewSoon();
		counts();
	}
	form.addEventListener('input', changed);
	form.addEventListener('submit', (e) => {
		if (e.submitter?.formTarget === '_blank') return;
		keep();
		leaving = true;
		setTimeout(() => { for (const b of $$('button', form)) b.disabled = true; });
	});
	addEventListener('pageshow', () => { leaving = false; for (const b of $$('button', form)) b.disabled = false; });
	for (const a of $$('[data-leave]')) a.onclick = () => { leaving = true; localStorage.removeItem(key); };
	addEventListener('beforeunload', (e) => { if (!leaving && dirty()) e.preventDefault(); });

	// Preview.
	let asked = 0;
	async function preview() {
		const mine = ++asked;
		const data = new FormData(form);
		data.delete('file');
		try {
			const r = await fetch('/desk/preview', { method: 'POST', body: new URLSearchParams(data), headers: { 'Desk-Part': 'preview' }, redirect: 'error' });
			if (!r.ok || mine !== asked) return;
			const paper = $('#preview .paper');
			const top = paper?.scrollTop ?? 0;
			$('#preview').innerHTML = await r.text(); // our own server's escaped HTML
			const now = $('#preview .paper');
			if (now) now.scrollTop = top;
		} catch { /* no network: the next letter tries again */ }
	}
	for (const b of $$('.nojs')) b.hidden = true;

	// Lengths: an advice, never a limit.
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
	for (const f of $$('[data-line][name]', form)) f.addEventListener('keydown', (e) => { if (e.key === 'Enter') e.preventDefault(); });

	// Writing helps. execCommand keeps the browser's own undo.
	function put(text, from = body.selectionStart, to = body.selectionEnd) {
		body.focus();
		body.setSelectionRange(from, to);
		if (!document.execCommand('insertText', false, text)) body.setRangeText(text, from, to, 'end');
		changed();
	}
	const wrap = (sign) => {
		const { selectionStart: a, selectionEnd: b, value } = body;
		put(sign + value.slice(a, b) + sign);
		if (a === b) body.setSelectionRange(a + sign.length, a + sign.length);
	};
	const lines = (sign) => {
		const a = body.value.lastIndexOf('\n', body.selectionStart - 1) + 1;
		put(body.value.slice(a, body.selectionEnd).replace(/^/gm, sign), a, body.selectionEnd);
	};
	const link = () => {
		const a = body.selectionStart;
		const words = body.value.slice(a, body.selectionEnd);
		put(`[${words}](https://)`);
		body.setSelectionRange(a + words.length + 3, a + words.length + 11);
	};
	const tools = $('#tools');
	if (!body.matches(':disabled')) tools.hidden = false;
	tools.addEventListener('click', (e) => {
		const b = e.target.closest('button');
		if (!b) return;
		if (b.dataset.wrap) wrap(b.dataset.wrap);
		else if (b.dataset.line) lines(b.dataset.line);
		else if ('link' in b.dataset) link();
		else if ('picture' in b.dataset) choose.click();
	});
	body.addEventListener('keydown', (e) => {
		if (!(e.ctrlKey || e.metaKey) || e.altKey) return;
		const f = { b: () => wrap('**'), i: () => wrap('*'), k: link }[e.key];
		if (f) { e.preventDefault(); f(); }
	});

	// Pasted pages keep their structure.
	body.addEventListener('paste', async (e) => {
		const files = [...e.clipboardData.files].filter((f) => f.type.startsWith('image/'));
		const html = e.clipboardData.getData('text/html');
		if (files.length && !html) { e.preventDefault(); for (const f of files) await upload(f, 'body'); return; }
		if (!/<(p|h[1-6]|ul|ol|li|a|table|blockquote|strong|b|em|i)[\s>]/i.test(html)) return;
		e.preventDefault();
		const plain = e.clipboardData.getData('text/plain');
		const from = body.selectionStart, to = body.selectionEnd;
		let text = plain;
		try {
			const r = await fetch('/desk/convert', { method: 'POST', body: new URLSearchParams({ html }), redirect: 'error' });
			if (r.ok) {
				const got = await r.json();
				text = got.markdown.trim();
				if (got.report?.length) said('Left out: ' + got.report.map((c) => c.what).join('; '));
			}
		} catch { /* the plain words are better than none */ }
		const block = text.includes('\n') || /^(#|[-*>|] ?|\d+\.)/.test(text);
		const before = body.value.slice(0, from);
		if (block && before.trim() && !before.endsWith('\n\n')) text = (before.endsWith('\n') ? '\n' : '\n\n') + text;
		put(text, from, to);
	});

	// Pictures.
	const saidAt = $('#upload-said');
	const said = (words) => { saidAt.textContent = words; };
	const choose = document.createElement('input');
	choose.type = 'file';
	choose.accept = 'image/*';
	choose.onchange = async () => { if (choose.files[0]) await upload(choose.files[0], 'body'); choose.value = ''; };
	async function upload(file, use) {
		$('#f-picture').open = true;
		said(`Bringing in ${file.name} …`);
		const data = new FormData();
		data.set('file', file);
		let p;
		try {
			const r = await fetch('/desk/pictures', { method: 'POST', body: data, redirect: 'error' });
			if (!r.ok) {
				const doc = new DOMParser().parseFromString(await r.text(), 'text/html');
				said($('main li', doc)?.textContent ?? $('main p', doc)?.textContent ?? 'This did not work.');
				return;
			}
			p = await r.json();
		} catch { said('The server did not answer. Try again.'); return; }
		said(`${file.name} is here, ${p.width} by ${p.height} pixels.`);
		if (use === 'body') { put(`\n\n${p.sign}\n\n`); return; }
		$('#media').value = p.id;
		$('[name=caption]').value = p.caption;
		$('[name=credit]').value = p.credit;
		$('[name=alt]').value = p.alt;
		$('[name=no_picture]').checked = false;
		const img = new Image();
		img.src = p.thumb;
		img.alt = 'The lead picture';
		$('#thumb').replaceChildren(img);
		changed();
	}
	const file = $('#f-file');
	file.addEventListener('change', async () => {
		if (!file.files[0]) return;
		await upload(file.files[0], $('[name=use]:checked').value);
		file.value = '';
	});
	for (const [zone, use] of [[$('#drop'), 'lead'], [$('#thumb'), 'lead'], [body, 'body']]) {
		const over = (on) => zone.classList.toggle('over', on);
		zone.addEventListener('dragover', (e) => { if (e.dataTransfer.types.includes('Files')) { e.preventDefault(); over(true); } });
		zone.addEventListener('dragleave', () => over(false));
		zone.addEventListener('drop', async (e) => {
			over(false);
			const pictures = [...e.dataTransfer.files].filter((f) => f.type.startsWith('image/'));
			if (!pictures.length) return;
			e.preventDefault();
			for (const f of pictures) await upload(f, use);
		});
	}

	// Topics by a click.
	for (const name of $$('#topic-names span')) {
		const b = document.createElement('button');
		b.type = 'button';
		b.className = 'plain';
		b.textContent = name.textContent;
		b.onclick = () => {
			const t = $('#f-topics');
			const have = t.value.split(',').map((s) => s.trim()).filter(Boolean);
			if (!have.includes(b.textContent)) have.push(b.textContent);
			t.value = have.join(', ');
			changed();
		};
		name.replaceWith(b);
	}
	mark();
}

// Front page: up and down beside every place.
function moves(form) {
	const places = $$('select', form);
	let clean = places.map((s) => s.value).join();
	let leaving = false;
	form.addEventListener('submit', () => { leaving = true; });
	addEventListener('beforeunload', (e) => { if (!leaving && places.map((s) => s.value).join() !== clean) e.preventDefault(); });
	places.forEach((place, i) => {
		const box = document.createElement('span');
		box.className = 'moves';
		for (const [sign, step, word] of [['↑', -1, 'up'], ['↓', 1, 'down']]) {
			const b = document.createElement('button');
			const other = places[i + step];
			b.type = 'button';
			b.textContent = sign;
			b.disabled = !other;
			b.setAttribute('aria-label', `Move ${place.labels[0].textContent} ${word}`);
			b.onclick = () => { [place.value, other.value] = [other.value, place.value]; other.focus(); };
			box.append(b);
		}
		place.after(box);
	});
}
