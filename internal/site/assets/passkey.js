// Passkeys, where this browser has them. Without this file the forms stay hidden, and mail works.
const words = WORDS
export function start(forms) {
	const P = window.PublicKeyCredential
	if (!P?.parseRequestOptionsFromJSON || !P.parseCreationOptionsFromJSON) return
	for (const f of forms) {
		if (f.dataset.host != location.hostname) continue
		f.hidden = false
		f.addEventListener('submit', async e => {
			e.preventDefault()
			const b = f.querySelector('button'), say = f.querySelector('[role=status]'), make = f.dataset.passkey == 'new'
			b.disabled = true
			say.textContent = ''
			try {
				const r = await fetch(f.dataset.ask, { method: 'POST', body: new URLSearchParams() })
				if (!r.ok) throw r.status
				const o = await r.json()
				const key = make ? await navigator.credentials.create({ publicKey: P.parseCreationOptionsFromJSON(o) })
					: await navigator.credentials.get({ publicKey: P.parseRequestOptionsFromJSON(o) })
				f.elements.passkey.value = JSON.stringify(key.toJSON())
				return f.submit()
			} catch {
				say.textContent = words.failed
			}
			b.disabled = false
		})
	}
}
