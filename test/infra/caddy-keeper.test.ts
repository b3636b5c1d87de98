import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { InfraError } from '../../src/core/errors.js'
import { CaddyClient } from '../../src/infra/caddy/client.js'
import { CaddyKeeper } from '../../src/infra/caddy/keeper.js'
import { caddyDefaults } from '../../src/infra/caddy/settings.js'

const never = new AbortController().signal
const repair = [{ kind: 'server.repair' as const, detail: '' }]
let server: Server

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

type Fault = 'cut before' | 'cut after' | 'stale' | 'refused' | 'old' | 'lacks a module' | 'fine'

/** Holds one config, and does to each write what the next fault says. */
async function keeperBefore(faults: readonly Fault[]) {
  const left = [...faults]
  const writes: string[] = []
  let config = 'null'
  let version = 0
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    if (request.method === 'GET') return void response.setHeader('Etag', `"/config/ ${version}"`).end(config)
    const fault = left.shift() ?? 'fine'
    if (fault === 'cut before') return void response.destroy()
    if (fault === 'stale') return void response.writeHead(412).end()
    if (fault === 'refused') return void response.writeHead(400).end(`{"error":"no $2b$10$${'a'.repeat(53)}"}`)
    if (fault === 'old' && body.includes('"permission"'))
      return void response.writeHead(400).end('{"error":"json: unknown field \\"permission\\""}')
    if (fault === 'lacks a module')
      return void response.writeHead(500).end('{"error":"unknown module: dns.providers.acme-dns"}')
    config = body
    version++
    if (fault === 'cut after') response.destroy()
    else response.end()
  }
  server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new CaddyClient({ url }, { timeLimitMs: 500, onWrite: (method, path) => writes.push(method + path) })
  const acme = { ...caddyDefaults.acme, ask: 'http://127.0.0.1:7782/sandpiper/ask' }
  return { keeper: new CaddyKeeper(client, { ...caddyDefaults, acme }), writes, config: () => config }
}

it.each<[string, readonly Fault[], number]>([
  ['was cut before it was accepted', ['cut before'], 2],
  ['was cut after it was accepted: it is not sent again', ['cut after'], 1],
  ['met somebody else twice', ['stale', 'stale'], 3],
])('comes through when a write %s', async (_what, faults, expected) => {
  const { keeper, writes } = await keeperBefore(faults)
  await keeper.apply(repair, never)
  expect(writes).toHaveLength(expected)
  expect((await keeper.observe(never)).server).toEqual({ state: 'right' })
})

it('gives up for now after three, and works the next time', async () => {
  const { keeper } = await keeperBefore(['stale', 'stale', 'stale'])
  await expect(keeper.apply(repair, never)).rejects.toMatchObject({ system: 'caddy', retry: 'later' })
  await keeper.apply(repair, never)
})

it('tells a refusal from an absence, and repeats no hash', async () => {
  const { keeper } = await keeperBefore(['refused'])
  const error: unknown = await keeper.apply(repair, never).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(InfraError)
  expect(error).toMatchObject({ retry: 'never', message: expect.not.stringContaining('$2b$') as string })
  const away = new CaddyKeeper(new CaddyClient({ socketPath: '/nonexistent/caddy.sock' }), caddyDefaults)
  await expect(away.observe(never)).rejects.toMatchObject({ system: 'caddy', retry: 'later' })
})

it('lets somebody who waits no longer go at once', async () => {
  const { keeper } = await keeperBefore([])
  await expect(keeper.observe(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  await expect(keeper.apply(repair, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})

it('speaks as an old Caddy does, once that has shown that it knows no better', async () => {
  const { keeper, writes, config } = await keeperBefore(['old', 'old', 'old'])
  await keeper.apply(repair, never)
  expect(JSON.parse(config())).toMatchObject({
    apps: { tls: { automation: { on_demand: { ask: 'http://127.0.0.1:7782/sandpiper/ask' } } } },
  })
  expect((await keeper.observe(never)).server).toEqual({ state: 'right' })
  expect(writes).toHaveLength(2)
  keeper.baseIsRight()
  await keeper.apply(repair, never)
  expect(writes).toHaveLength(3)
})

it('says which module a Caddy lacks', async () => {
  const { keeper } = await keeperBefore(['lacks a module'])
  const sentence = 'the host’s Caddy lacks the module `dns.providers.acme-dns`, which [caddy] dns_provider wants'
  await expect(keeper.apply(repair, never)).rejects.toMatchObject({ retry: 'never', sentence })
})
