import fc from 'fast-check'
import { createServer, request as ask } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { CaddyClient } from '../../src/infra/caddy/client.js'
import { CaddyKeeper } from '../../src/infra/caddy/keeper.js'
import { add, never, type Bench } from './caddy.js'
import { visit } from './caddy-world.js'

const login = `Basic ${Buffer.from('ann:right horse').toString('base64')}`
const agentHost = 'agent.one.test'

const documented =
  '/ /version /version-check /upgrade /exit?resume=true /settings /debug/pprof/ /c/x /api/conversations ' +
  '/api/conversations/new /api/stream2 /api/exec-ws /api/read?path=/etc/passwd ' +
  '//version /%2e%2e/version /./api/../exit /VERSION /version/ /version;a=b /api%2Fmodels'

/** What Shelley's documents name, and anything else that fits into a request. */
const paths = fc.oneof(
  fc.constantFrom(...documented.split(' ')),
  fc.webPath().map((path) => (path.startsWith('/') ? path : `/${path}`)),
)
const methods = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
const names = fc.constantFrom('X-Exedev-Userid', 'X-ExeDev-Email')
const spelling = fc
  .tuple(names, fc.array(fc.boolean(), { minLength: 15, maxLength: 15 }))
  .map(([name, upper]) =>
    Array.from(name, (letter, at) => (upper[at] === true ? letter.toUpperCase() : letter)).join(''),
  )
const word = fc.stringMatching(/^[a-z0-9@.-]{1,12}$/)
const forgeries = fc
  .record({
    own: fc.dictionary(spelling, fc.oneof(word, fc.array(word, { minLength: 2, maxLength: 3 })), { maxKeys: 4 }),
    // What is named here is dropped on the way: ours may not be.
    hop: fc.option(names, { nil: undefined }),
  })
  .map(({ own, hop }) => (hop === undefined ? own : { ...own, connection: hop }))

/** What visitors meet. */
export function caddyTraffic(name: string, bench: () => Bench): void {
  describe(`${name}: what visitors meet`, () => {
    beforeEach(async () => {
      const { keeper, app, agent } = bench()
      await keeper.apply([add(app('one')), add(await agent('one')), add(app('dead', 1))], never)
    })

    it('shows everyone the app, under its own host name', async () => {
      const { status, text } = await visit(bench().world, 'one.test')
      expect(status).toBe(200)
      expect(JSON.parse(text)).toMatchObject({ url: '/some/path?x=1', headers: { host: 'one.test' } })
    })

    it('asks for the password on the agent route', async () => {
      const { world } = bench()
      const refused = await visit(world, agentHost)
      expect(refused.status).toBe(401)
      expect(refused.headers['www-authenticate']).toMatch(/^Basic realm="sandbox"/)
      const wrong = `Basic ${Buffer.from('ann:wrong').toString('base64')}`
      expect((await visit(world, agentHost, { authorization: wrong })).status).toBe(401)
      expect((await visit(world, agentHost, { authorization: login })).status).toBe(200)
    })

    it('tells the agent who it is, whatever the client says, and keeps the password back', async () => {
      const { text } = await visit(bench().world, agentHost, {
        authorization: login,
        'X-ExeDev-Email': 'root@example.com',
        'X-Exedev-Userid': 'root',
        'x-forwarded-user': 'root',
      })
      const { headers } = JSON.parse(text) as { headers: Record<string, string> }
      expect(headers).toMatchObject({ host: agentHost, 'x-exedev-userid': 'ann', 'x-exedev-email': 'ann' })
      expect(headers).not.toHaveProperty('authorization')
    })

    it.each([
      ['same-origin', 'cors', 200],
      ['none', 'navigate', 200],
      ['same-site', 'navigate', 200],
      ['same-site', 'cors', 403],
      ['cross-site', 'no-cors', 403],
      ['cross-site', 'websocket', 403],
    ])('answers the agent route for Sec-Fetch-Site %s, mode %s with %i', async (site, mode, status) => {
      const headers = { authorization: login, 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode }
      expect((await visit(bench().world, agentHost, headers)).status).toBe(status)
    })

    it('lets no other site show the agent in a frame', async () => {
      const headers = { authorization: login, 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'navigate' }
      expect((await visit(bench().world, agentHost, { ...headers, 'Sec-Fetch-Dest': 'iframe' })).status).toBe(403)
      expect((await visit(bench().world, agentHost, { ...headers, 'Sec-Fetch-Dest': 'document' })).status).toBe(200)
    })

    it('asks for the password on every path, with every method', async () => {
      await fc.assert(
        fc.asyncProperty(paths, methods, async (path, method) => {
          const { status, text } = await visit(bench().world, agentHost, {}, { path, method })
          expect([status, text]).toEqual([401, ''])
        }),
        { numRuns: 150 },
      )
    })

    it('lets no header of a client say who it is, however it is spelt, and never hands the password on', async () => {
      await fc.assert(
        fc.asyncProperty(paths, forgeries, async (path, forged) => {
          const headers = { ...forged, authorization: login }
          const { status, text } = await visit(bench().world, agentHost, headers, { path })
          const { raw } = JSON.parse(text) as { raw: readonly [string, string][] }
          const said = (name: string) => raw.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)
          expect(status).toBe(200)
          expect(said('x-exedev-userid')).toEqual(['ann'])
          expect(said('x-exedev-email')).toEqual(['ann'])
          expect(said('authorization')).toEqual([])
          expect(said('host')).toEqual([agentHost])
          expect(text).not.toContain(login.slice('Basic '.length))
        }),
        { numRuns: 100 },
      )
    })

    it('passes server-sent events as they come', async () => {
      const { world } = bench()
      const [address, port] = world.listen.split(':')
      const headers = { host: agentHost, authorization: login }
      const events = ask({ host: address, port, path: '/events', agent: false, headers })
      const first = await new Promise<string>((resolve, reject) => {
        events.on('error', reject)
        events.on('response', (answer) => answer.once('data', (data: Buffer) => resolve(data.toString())))
        events.end()
      })
      expect(first).toBe('data: one\n\n')
      events.on('error', () => undefined).destroy()
    })

    it('passes WebSockets, and keeps them through a change of another route', async () => {
      const { world, keeper, app } = bench()
      const headers = { host: agentHost, authorization: login }
      const socket = new WebSocket(`ws://${world.listen}/ws`, { headers })
      const echo = (text: string) =>
        new Promise<string>((resolve, reject) => {
          socket.once('message', (data: Buffer) => resolve(data.toString('utf8')))
          socket.once('close', () => reject(new Error('closed')))
          socket.send(text)
        })
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
      expect(await echo('before')).toBe('before')
      await keeper.apply([add(app('three'))], never)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(await echo('after')).toBe('after')
      socket.terminate()
    })

    it('asks for the password of a WebSocket too', async () => {
      const socket = new WebSocket(`ws://${bench().world.listen}/ws`, { headers: { host: agentHost } })
      const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
      expect(error.message).toContain('401')
    })

    it.each([
      ['a POST', {}, { method: 'POST', body: 'x'.repeat(1000) } as const],
      ['a WebSocket', { connection: 'Upgrade', upgrade: 'websocket' }, {}],
    ])('answers %s to a dead upstream', async (_what, headers, how) => {
      const { world } = bench()
      expect((await visit(world, 'dead.test', headers, how)).status).toBe(503)
    })

    it('lets a form of another site send nothing to the agent', async () => {
      const headers = { authorization: login, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' }
      expect((await visit(bench().world, agentHost, headers, { method: 'POST', body: 'a=b' })).status).toBe(403)
    })

    it('shows a page of its own where the upstream is dead and the daemon is away', async () => {
      const { status, text, headers } = await visit(bench().world, 'dead.test')
      expect(status).toBe(503)
      expect(headers['retry-after']).toBe('5')
      expect(text).toContain('does not answer')
    })

    it("shows the daemon's page where the upstream is dead", async () => {
      const { world, settings } = bench()
      const folder = await mkdtemp(join(tmpdir(), 'sandpiper-pages-'))
      const pages = join(folder, 's')
      const daemon = createServer((request, response) => {
        const { 'x-sandpiper-host': host, authorization, cookie } = request.headers
        response.writeHead(503).end(JSON.stringify({ url: request.url, host, authorization, cookie }))
      })
      await new Promise<void>((resolve) => daemon.listen(pages, resolve))
      const keeper = new CaddyKeeper(new CaddyClient(world.address), { ...settings, pages })
      await keeper.apply([{ kind: 'server.repair', detail: '' }], never)
      const { status, text } = await visit(world, 'dead.test', { authorization: login, cookie: 'a=b' })
      expect(status).toBe(503)
      expect(JSON.parse(text)).toEqual({ url: '/', host: 'dead.test' })
      daemon.closeAllConnections()
      await new Promise((resolve) => daemon.close(resolve))
      await rm(folder, { recursive: true })
    })
  })
}
