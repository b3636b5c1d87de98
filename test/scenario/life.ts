import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import { renewCredentials } from '../../src/core/operations/credentials.js'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { changePort } from '../../src/core/operations/port.js'
import { restartSandbox, startSandbox, stopSandbox } from '../../src/core/operations/power.js'
import { pullFile } from '../../src/infra/incus/pull.js'
import { OpenSocket } from './open-socket.js'
import { asItShould, playOf } from './play.js'
import { itLetsItsPersonIn } from './ssh-login.js'
import type { Stage } from './stage.js'
import { visitUntil } from './visit.js'

const KEPT = '/home/exedev/kept.txt'
const sandbox = { sandbox: 'myapp' }

/** A sandbox's life from the first ask to its end, on any host. The tests of one life follow on each other. */
export function lifeOfASandbox(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: the life of a sandbox`, () => {
    const the = playOf(open)
    const app = () => the().app('myapp')

    it('is created, and answers: the app openly, the agent behind the login that was delivered', async () => {
      const { engine } = the()
      engine.writes.length = 0
      const operation = await the().create('myapp')
      expect(operation).toMatchObject({ state: 'done', reason: null })
      expect(operation.steps.every((step) => step.state === 'done')).toBe(true)
      expect(engine.writes).toHaveLength(1)
      expect(await the().answers('myapp')).toEqual(asItShould)
      expect(readdirSync(engine.pipesFolder)).toEqual(['myapp'])
    })

    it('is left alone by a sync when nothing differs', async () => {
      const { engine } = the()
      engine.writes.length = 0
      expect(await engine.loop.pass({ apply: true })).toMatchObject({ held: null, lines: [] })
      expect(engine.writes).toEqual([])
    })

    itLetsItsPersonIn('myapp', the)

    it('keeps its WebSockets while another is created and deleted', async () => {
      const { engine, stage } = the()
      const socket = await OpenSocket.to(stage.host, the().host('myapp'))
      await the().create('other')
      expect(await socket.echo('created')).toBe('created')
      await engine.ask((context) => deleteSandbox(context, { sandbox: 'other', confirm: 'other' }))
      expect(await socket.echo('deleted')).toBe('deleted')
      socket.close()
    })

    it('stops, starts and restarts without a write to Caddy, and keeps its address and its files', async () => {
      const { engine, outside } = the()
      const { instance, ipv4 } = the().facts('myapp')
      await outside.incus.push(instance, KEPT, 'written before', { mode: '0644', uid: 1000, gid: 1000 })
      const isAsBefore = async () => {
        expect((await visitUntil(200, app)).status).toBe(200)
        expect(await outside.addressesOf(instance)).toEqual([ipv4])
        expect((await pullFile(outside.incus, instance, KEPT))?.content.toString()).toBe('written before')
      }
      engine.writes.length = 0
      expect((await engine.ask((context) => stopSandbox(context, sandbox))).state).toBe('done')
      expect(the().facts('myapp')).toMatchObject({ power: 'stopped', ask: null, ipv4 })
      expect(await app()).toMatchObject({ status: 503, title: 'myapp is stopped' })

      const start = await engine.write((context) => startSandbox(context, sandbox))
      expect(await app()).toMatchObject({ status: 503, title: 'myapp is starting' })
      expect((await start.run()).state).toBe('done')
      await isAsBefore()
      expect((await engine.ask((context) => restartSandbox(context, sandbox))).state).toBe('done')
      await isAsBefore()
      expect(the().facts('myapp')).toMatchObject({ power: 'running', ask: null, ipv4 })
      expect(engine.writes).toEqual([])
    })

    it('gets a new password in one write, and the old one dies', async () => {
      const { engine } = the()
      const old = the().login('myapp')
      engine.writes.length = 0
      await engine.ask((context) => renewCredentials(context, { ...sandbox, user: 'lovelace' }))
      expect(engine.writes).toHaveLength(1)
      expect(the().login('myapp').user).toBe('lovelace')
      expect((await the().agent('myapp', old)).status).toBe(401)
      expect(await the().answers('myapp')).toEqual(asItShould)
    })

    it('moves its route when its port changes, in one write, and says where nothing listens', async () => {
      const { engine, outside, stage } = the()
      const { id, instance, ipv4 } = the().facts('myapp')
      engine.writes.length = 0
      await engine.ask((context) => changePort(context, { ...sandbox, port: '8001' }))
      expect(engine.writes).toHaveLength(1)
      expect((await outside.route(id, 'app')).dial).toBe(`${ipv4}:8001`)
      const page = await app()
      expect(page).toMatchObject({ status: 503, title: 'myapp: nothing listens' })
      expect(page.body).toContain('nothing listens on port 8001')
      if (stage.isReal) {
        await outside.inside(instance, 'systemd-run', '--quiet', '/usr/local/bin/stand-in', '8001', 'moved')
        expect((await visitUntil(200, app)).body).toContain('"service": "moved"')
      }
      await engine.ask((context) => changePort(context, { ...sandbox, port: '8000' }))
      expect((await outside.route(id, 'app')).dial).toBe(`${ipv4}:8000`)
      expect(await the().answers('myapp')).toEqual(asItShould)
    })

    it('cannot be created twice', async () => {
      await expect(the().create('myapp')).rejects.toThrow('`myapp` is taken (Ada)')
    })

    it('leaves nothing of a create whose image does not exist', async () => {
      const { engine, outside } = the()
      const wrong = { server: null, protocol: null, alias: 'no/such-image' }
      const operation = await engine.ask((context) =>
        createSandbox(context, { target: 'broken' }).map((edit) =>
          edit.edit === 'sandbox.add'
            ? { ...edit, sandbox: { ...edit.sandbox, spec: { ...edit.sandbox.spec, image: wrong } } }
            : edit,
        ),
      )
      expect(operation.state).toBe('failed')
      expect(operation.reason).toContain('no/such-image')
      expect(await outside.traces('broken', operation.sandbox)).toEqual([])
      expect(readdirSync(engine.pipesFolder)).toEqual(['myapp'])
    })

    it('is deleted without a trace', async () => {
      const { engine, outside } = the()
      const { id } = the().facts('myapp')
      expect(await outside.traces('myapp', id)).not.toEqual([])
      const operation = await engine.ask((context) => deleteSandbox(context, { ...sandbox, confirm: 'myapp' }))
      expect(operation.state).toBe('done')
      expect(await outside.traces('myapp', id)).toEqual([])
      expect(readdirSync(engine.pipesFolder)).toEqual([])
      expect(readdirSync(engine.keysFolder)).toEqual([])
      expect(engine.store.state()).toMatchObject({ sandboxes: [], operations: [] })
      expect((await engine.loop.pass({ apply: true })).lines).toEqual([])
      expect(engine.faults).toEqual([])
    })
  })
}
