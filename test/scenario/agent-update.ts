import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stopSandbox } from '../../src/core/operations/power.js'
import { updateAgent } from '../../src/core/operations/update-agent.js'
import { pullFile } from '../../src/infra/incus/pull.js'
import { agentBuilds } from '../peers/agent-stand-in.js'
import { ReleaseServer } from '../peers/release-server.js'
import { playOf } from './play.js'
import type { Stage } from './stage.js'
import { visit, visitUntil } from './visit.js'

const PORT = 9990
const ROLLED_BACK_MS = 10_000
const sandbox = { sandbox: 'myapp' }

interface Conversation {
  readonly conversation_id: string
  readonly working: boolean
  readonly resumed: boolean
}

/** A newer agent in a sandbox whose agent is at work. The tests follow on each other. */
export function agentUpdate(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: the update of an agent`, () => {
    const server = new ReleaseServer()
    beforeAll(async () => {
      await server.start()
      server.publish('v1.0.0', agentBuilds('v1.0.0'))
    })
    afterAll(() => server.stop())
    const the = playOf(open, {}, () => Promise.resolve({ releaseUrl: server.url, port: PORT }))

    const ask = (path: string, post?: object) =>
      visit(the().stage.host, `shelley.${the().host('myapp')}`, {
        path,
        login: the().login('myapp'),
        ...(post === undefined ? {} : { post: JSON.stringify(post) }),
      })
    const tag = async () => {
      const { body } = await visitUntil(200, () => ask('/version'))
      return (JSON.parse(body) as { tag: string }).tag
    }
    const conversations = async () => JSON.parse((await ask('/api/conversations')).body) as readonly Conversation[]
    const asides = async () => {
      const { instance } = the().facts('myapp')
      const paths = ['/usr/local/bin/.shelley.next', '/usr/local/bin/.shelley.former']
      const found = await Promise.all(paths.map((path) => pullFile(the().outside.incus, instance, path)))
      return found.filter((file) => file !== null)
    }
    const publish = async (version: string, options?: { readonly starts: boolean }) => {
      server.publish(version, agentBuilds(version, options))
      const { engine } = the()
      await engine.releases.fetchNewest(AbortSignal.timeout(10_000))
      engine.store.commit([{ edit: 'agent.newest', version }])
    }
    const update = () => the().engine.ask((context) => updateAgent(context, sandbox))

    it('has nothing to do where there is nothing newer', async () => {
      await the().create('myapp')
      await expect(update()).rejects.toThrow('I have not heard of a release of Shelley yet')
      await publish('v1.0.0')
      await expect(update()).rejects.toThrow('myapp has the newest Shelley already, v1.0.0.')
    })

    it('lets ten running conversations go on, all of them', async () => {
      const { engine } = the()
      for (let count = 0; count < 10; count += 1) {
        expect((await ask('/api/conversations/new', { message: `work ${count}` })).status).toBe(201)
      }
      await publish('v1.1.0')
      engine.writes.length = 0
      const operation = await update()
      expect(operation).toMatchObject({ state: 'done', reason: null })
      expect(operation.steps.map(({ label }) => label)).toEqual(['agent updated to v1.1.0'])
      expect(await tag()).toBe('v1.1.0')
      const all = await conversations()
      expect(all).toHaveLength(10)
      expect(all.filter(({ working, resumed }) => working && resumed)).toHaveLength(10)
      expect(the().facts('myapp').agentVersion).toBe('v1.1.0')
      expect(engine.writes).toEqual([])
      expect(await asides()).toEqual([])
    })

    it('takes a version back that does not start, within ten seconds, and loses no conversation', async () => {
      await publish('v1.2.0', { starts: false })
      const began = Date.now()
      const operation = await update()
      expect(Date.now() - began).toBeLessThan(ROLLED_BACK_MS)
      expect(operation).toMatchObject({
        state: 'failed',
        reason: 'Shelley v1.2.0 did not answer within 6 s, so v1.1.0 is back',
      })
      expect(await tag()).toBe('v1.1.0')
      const all = await conversations()
      expect(all.filter(({ working }) => working)).toHaveLength(10)
      expect(the().facts('myapp')).toMatchObject({ agentVersion: 'v1.1.0' })
      expect(await asides()).toEqual([])
      expect((await the().engine.loop.pass({ apply: true })).lines).toEqual([])
    })

    it('goes on to the version after the bad one', async () => {
      await publish('v1.3.0')
      expect(await update()).toMatchObject({ state: 'done' })
      expect(await tag()).toBe('v1.3.0')
    })

    it('takes an update back that was begun and given up', async () => {
      const { engine, outside } = the()
      const { instance, ipv4 } = the().facts('myapp')
      await outside.inside(instance, 'ln', '/usr/local/bin/shelley', '/usr/local/bin/.shelley.former')
      const push = { mode: '0755' }
      await outside.incus.push(instance, '/usr/local/bin/.shelley.next', agentBuilds('v9')['amd64'] ?? '', push)
      await outside.inside(instance, 'mv', '-f', '/usr/local/bin/.shelley.next', '/usr/local/bin/shelley')
      const mark = `v1.3.0 ${ipv4}:${PORT} > v9`
      await outside.changeIncus('PATCH', `/1.0/instances/${instance}`, { config: { 'user.sandpiper.agent': mark } })
      const { lines } = await engine.loop.pass({ apply: true })
      expect(lines).toMatchObject([{ part: 'agent', detail: 'an update that was given up → v1.3.0' }])
      expect(await tag()).toBe('v1.3.0')
      const binary = await pullFile(outside.incus, instance, '/usr/local/bin/shelley')
      expect(binary?.content.toString()).toBe(agentBuilds('v1.3.0')['amd64'])
      expect(await asides()).toEqual([])
    })

    it('is for what runs', async () => {
      await publish('v1.4.0')
      await the().engine.ask((context) => stopSandbox(context, sandbox))
      await expect(update()).rejects.toThrow('myapp does not run, and its agent is updated while it runs.')
      expect(the().engine.faults).toEqual([])
    })
  })
}
