import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { pullFile } from '../../src/infra/incus/pull.js'
import { agentBuilds } from '../peers/agent-stand-in.js'
import { ReleaseServer } from '../peers/release-server.js'
import { playOf } from './play.js'
import type { Stage } from './stage.js'
import { visitUntil } from './visit.js'

/** Beside the image's own on 9999. */
const PORT = 9990
/** From the end of the instance's start (of an OCI container Incus does DHCP in it) to the agent's first answer behind the login. */
const SOON_MS = 2_000

/** The agent that we put in, on any host. The tests follow on each other. */
export function agentInASandbox(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: the agent in a sandbox`, () => {
    const server = new ReleaseServer()
    beforeAll(async () => {
      await server.start()
      server.publish('v1.0.0', agentBuilds('v1.0.0'))
    })
    afterAll(() => server.stop())
    const the = playOf(open, {}, () => Promise.resolve({ releaseUrl: server.url, port: PORT }))
    const login = () => the().login('myapp')
    const agent = (path: string) => the().agentPath('myapp', path, login())

    it('is there with the sandbox: behind the login, within two seconds of the start', async () => {
      const { engine } = the()
      const creating = the().create('myapp')
      await expect.poll(() => engine.sandbox('myapp')?.power, { interval: 10, timeout: 60_000 }).toBe('running')
      const { status } = await visitUntil(200, () => agent('/version'))
      const answered = Date.now()
      expect(status).toBe(200)
      const operation = await creating
      const start = operation.steps.find(({ key }) => key === 'instance.start')
      expect(answered - (start?.endedAt?.getTime() ?? 0)).toBeLessThan(SOON_MS)
      expect(operation).toMatchObject({ state: 'done', reason: null })
      const step = operation.steps.find(({ key }) => key === 'agent.install')
      expect(step).toMatchObject({ label: 'agent installed', detail: 'v1.0.0', state: 'done' })
      expect(the().facts('myapp').agentVersion).toBe('v1.0.0')
      expect(JSON.parse((await agent('/version')).body)).toMatchObject({ tag: 'v1.0.0' })
      expect((await the().agentPath('myapp', '/version')).status).toBe(401)
    })

    it('answers its API to whoever has the login, and knows who it is', async () => {
      expect((await agent('/api/conversations')).status).toBe(200)
      expect((await the().agentPath('myapp', '/api/conversations')).status).toBe(401)
    })

    it('is left alone by a sync when nothing differs', async () => {
      const { engine } = the()
      engine.writes.length = 0
      expect(await engine.loop.pass({ apply: true })).toMatchObject({ held: null, lines: [] })
      expect(engine.writes).toEqual([])
    })

    it('has its binary, and a configuration beside it that is ours', async () => {
      const { outside } = the()
      const { instance } = the().facts('myapp')
      const binary = await pullFile(outside.incus, instance, '/usr/local/bin/shelley')
      expect(binary).toMatchObject({ mode: '0755', uid: 0 })
      expect(binary?.content.toString()).toBe(agentBuilds('v1.0.0')['amd64'])
      const dropIn = await pullFile(outside.incus, instance, '/etc/systemd/system/shelley.service.d/50-sandpiper.conf')
      expect(dropIn?.content.toString()).toContain('-config /etc/sandpiper/shelley.json serve -systemd-activation')
    })

    it('is put in again where somebody took its mark away', async () => {
      const { engine, outside } = the()
      const { instance } = the().facts('myapp')
      await outside.changeIncus('PATCH', `/1.0/instances/${instance}`, { config: { 'user.sandpiper.agent': '' } })
      const { lines } = await engine.loop.pass({ apply: true })
      expect(lines).toEqual([{ sign: '+', part: 'agent', subject: 'myapp', detail: 'missing → installed' }])
      expect((await visitUntil(200, () => agent('/version'))).status).toBe(200)
      expect((await engine.loop.pass({ apply: true })).lines).toEqual([])
    })

    it('moves to the port where the route looks for it', async () => {
      const { engine, outside } = the()
      const { instance, ipv4 } = the().facts('myapp')
      const mark = { config: { 'user.sandpiper.agent': `v1.0.0 ${ipv4}:9991` } }
      await outside.changeIncus('PATCH', `/1.0/instances/${instance}`, mark)
      const { lines } = await engine.loop.pass({ apply: true })
      expect(lines).toMatchObject([{ part: 'agent', detail: 'listens elsewhere → set up again' }])
      expect((await visitUntil(200, () => agent('/version'))).status).toBe(200)
    })

    it('comes from what is kept where the release server is down', async () => {
      server.publish('v1.1.0', agentBuilds('v1.1.0'))
      await the().engine.releases.refresh('amd64', AbortSignal.timeout(10_000))
      server.publish('v1.2.0', agentBuilds('v1.2.0'))
      server.fault = 'wrong checksum'
      await expect(the().engine.releases.refresh('amd64', AbortSignal.timeout(10_000))).rejects.toThrow('sha256')
      server.fault = 'none'
      await server.stop()
      const operation = await the().create('another')
      expect(operation).toMatchObject({ state: 'done' })
      expect(the().facts('another').agentVersion).toBe('v1.1.0')
      await server.start()
    })

    it('goes with its sandbox', async () => {
      const { engine, outside } = the()
      for (const sandbox of ['myapp', 'another']) {
        const { id } = the().facts(sandbox)
        await engine.ask((context) => deleteSandbox(context, { sandbox, confirm: sandbox }))
        expect(await outside.traces(sandbox, id)).toEqual([])
      }
      expect(engine.faults).toEqual([])
    })
  })
}
