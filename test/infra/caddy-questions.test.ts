import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { statusPage } from '../../src/core/status-page.js'
import { serveCaddy } from '../../src/infra/host/caddy-questions.js'
import { aSandbox } from '../core/sandbox-fixture.js'
import { temporaryFolder } from '../temporary-folder.js'

let server: Server | undefined
afterEach(() => server?.close())

const NOBODY = { mayHaveCertificate: () => Promise.reject(new Error('not asked')) }

async function ask(sandboxes: ReturnType<typeof aSandbox>[], host: string): Promise<{ status: number; html: string }> {
  const socketPath = join(temporaryFolder(), 's')
  server = await serveCaddy(socketPath, '/ask', { ...NOBODY, pageOf: (name) => statusPage(sandboxes, name) })
  const dispatcher = new Agent({ connect: { socketPath } })
  const answer = await request('http://pages/', { dispatcher, headers: { 'x-sandpiper-host': host } })
  const html = await answer.body.text()
  await dispatcher.close()
  return { status: answer.statusCode, html }
}

describe('the page of a sandbox that does not answer', () => {
  it.each([
    [aSandbox({ power: 'stopped' }), 'myapp.box.example.com', 'myapp is stopped'],
    [aSandbox(), 'myapp.box.example.com:443', 'nothing listens on port 8000'],
    [aSandbox(), 'shelley.myapp.box.example.com', 'its agent does not answer'],
    [aSandbox({ phase: 'creating' }), 'myapp.box.example.com', 'myapp is starting'],
    [aSandbox({ ask: { power: 'start' }, power: 'stopped' }), 'myapp.box.example.com', 'myapp is starting'],
    [aSandbox({ phase: 'lost' }), 'myapp.box.example.com', 'myapp does not answer'],
  ])('says which', async (sandbox, host, sentence) => {
    const { status, html } = await ask([sandbox], host)
    expect(status).toBe(503)
    expect(html).toContain(sentence)
  })

  it('shows a hostile host name as text', async () => {
    const { html } = await ask([], '<script>alert(1)</script>')
    expect(html).not.toContain('<script>')
    expect(html).toContain('&#60;script&#62;')
  })
})

describe('the question whether a host name may have a certificate', () => {
  it.each([
    ['/ask?domain=app.test', 200],
    ['/ask?domain=other.test', 403],
    ['/ask', 403],
    ['/ask?domain=broken.test', 403],
  ])('%s is answered by %i alone', async (path, status) => {
    server = await serveCaddy('127.0.0.1:0', '/ask', {
      pageOf: () => ({ title: '', text: '' }),
      mayHaveCertificate: (host) =>
        host === 'broken.test' ? Promise.reject(new Error('a cause')) : Promise.resolve(host === 'app.test'),
    })
    const { port } = server.address() as AddressInfo
    const answer = await request(`http://127.0.0.1:${port}${path}`)
    expect([answer.statusCode, await answer.body.text()]).toEqual([status, ''])
  })
})
