import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { HandshakeLook } from '../../src/infra/host/certificate-look.js'

const DAY_MS = 24 * 3_600_000
const OPENSSL = '/usr/bin/openssl'

let server: Server | undefined
afterEach(() => server?.close())

/** A certificate of its own for this name, signed by itself, for so many days from now on. */
function made(host: string, days = 30): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile]
  const name = ['-subj', '/O=Our Authority', '-addext', `subjectAltName=DNS:${host}`]
  execFileSync(OPENSSL, ['req', '-x509', ...key, '-out', file, '-days', String(days), ...name], { stdio: 'ignore' })
  return { key: readFileSync(keyFile), cert: readFileSync(file) }
}

async function listening(at: Server, now = Date.now()): Promise<HandshakeLook> {
  server = at
  await new Promise<void>((resolve) => at.listen(0, '127.0.0.1', resolve))
  const clock = { now: () => new Date(now) }
  return new HandshakeLook({ host: '127.0.0.1', port: (at.address() as AddressInfo).port }, clock)
}

describe.skipIf(!existsSync(OPENSSL))('a look at a certificate (skipped where there is no openssl)', () => {
  it('tells who signed it and until when it holds, be it trusted or not', async () => {
    const look = await listening(createServer(made('app.test')))
    const seen = await look.see('app.test')
    expect(seen).toMatchObject({ state: 'right', issuer: 'Our Authority' })
    const days = seen.state === 'right' ? (seen.until.getTime() - Date.now()) / DAY_MS : 0
    expect(Math.round(days)).toBe(30)
  })

  it.each([
    ['another name', 'other.test', 1, 'is for another name'],
    ['a time that is over', 'app.test', 31, 'has expired'],
    ['a time to come', 'app.test', -1, 'is not valid yet'],
  ])('sees that it is for %s', async (_, host, days, why) => {
    const look = await listening(createServer(made(host)), Date.now() + days * DAY_MS)
    expect(await look.see('app.test')).toEqual({ state: 'wrong', why })
  })

  it('sees that there is none, where the handshake is refused', async () => {
    const certificate = made('app.test')
    const refuse = createServer({ ...certificate, SNICallback: (_, done) => done(new Error('none for this name')) })
    expect(await (await listening(refuse)).see('app.test')).toEqual({ state: 'none' })
  })
})

describe('a look at a certificate', () => {
  it('sees that there is none, where something else speaks', async () => {
    const look = await listening(createTcpServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n')))
    expect(await look.see('app.test')).toEqual({ state: 'none' })
  })

  it('does not know, where nobody answers', async () => {
    const look = await listening(createTcpServer())
    server?.close()
    expect(await look.see('app.test')).toEqual({ state: 'unknown', why: 'ECONNREFUSED' })
  })
})
