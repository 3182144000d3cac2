// Reads messages as a push service and a browser would, with packages that share nothing
// with ours. In: lines of JSON, {body, private, auth (base64url), authorization,
// audience}. Out: for each a line of JSON, {text, claims}, or an error and exit code 1.
import { createECDH, createPublicKey } from 'node:crypto'
import { createInterface } from 'node:readline'
import ece from 'http_ece'
import jwt from 'jsonwebtoken'

const bytes = s => Buffer.from(s, 'base64url')

function read(m) {
	const key = createECDH('prime256v1')
	key.setPrivateKey(bytes(m.private))
	const text = ece.decrypt(bytes(m.body), { version: 'aes128gcm', privateKey: key, authSecret: m.auth }).toString('utf8')
	const [, token, k] = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(m.authorization)
	const point = bytes(k)
	if (point.length !== 65) throw new Error('the key has ' + point.length + ' bytes')
	const x = point.subarray(1, 33).toString('base64url'), y = point.subarray(33).toString('base64url')
	const signer = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
	const claims = jwt.verify(token, signer, { algorithms: ['ES256'], audience: m.audience })
	if (claims.exp > Date.now() / 1000 + 86400) throw new Error('the token is good for more than a day')
	return { text, claims, key: k }
}

for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(read(JSON.parse(line))))
