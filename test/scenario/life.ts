import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import { renewCredentials } from '../../src/core/operations/credentials.js'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { changePort } from '../../src/core/operations/port.js'
import { restartSandbox, startSandbox, stopSandbox } from '../../src/core/operations/power.js'
import { Engine, type TestHost } from './engine.js'
import { visit, visitUntil } from './visit.js'

export interface Stage {
  readonly host: TestHost
  close(): Promise<void>
}

/** A sandbox's life from the first ask to its end, on any host. The tests of one life follow on each other. */
export function lifeOfASandbox(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: the life of a sandbox`, () => {
    let stage: Stage
    let engine: Engine
    const app = (): string => `myapp.${stage.host.base}`
    const agent = (): string => `shelley.${app()}`
    const login = (): { user: string; password: string } => {
      const last = engine.logins.at(-1)
      if (last === undefined) throw new Error('no login was delivered')
      return last
    }

    beforeAll(async () => {
      stage = await open()
      engine = new Engine(stage.host)
      await engine.loop.pass({ apply: true })
    })
    afterAll(async () => {
      await engine.close()
      await stage.close()
    })

    it('is created, and answers: the app openly, the agent behind the login that was delivered', async () => {
      engine.writes.length = 0
      const operation = await engine.ask((context) => createSandbox(context, { target: 'myapp' }))
      expect(operation).toMatchObject({ state: 'done', reason: null })
      expect(operation.steps.every((step) => step.state === 'done')).toBe(true)
      expect(engine.writes).toHaveLength(1)
      expect((await visitUntil(200, () => visit(stage.host, app()))).status).toBe(200)
      expect((await visit(stage.host, agent())).status).toBe(401)
      expect((await visitUntil(200, () => visit(stage.host, agent(), login()))).status).toBe(200)
      expect(readdirSync(engine.pipesFolder)).toEqual(['myapp'])
    })

    it('is left alone by a sync when nothing differs', async () => {
      engine.writes.length = 0
      expect(await engine.loop.pass({ apply: true })).toMatchObject({ held: null, lines: [] })
      expect(engine.writes).toEqual([])
    })

    it('stops, starts and restarts without a write to Caddy, and keeps its address', async () => {
      engine.writes.length = 0
      const address = engine.sandbox('myapp')?.ipv4
      expect((await engine.ask((context) => stopSandbox(context, { sandbox: 'myapp' }))).state).toBe('done')
      expect(engine.sandbox('myapp')).toMatchObject({ power: 'stopped', ask: null })
      expect((await engine.ask((context) => startSandbox(context, { sandbox: 'myapp' }))).state).toBe('done')
      expect((await engine.ask((context) => restartSandbox(context, { sandbox: 'myapp' }))).state).toBe('done')
      expect((await visitUntil(200, () => visit(stage.host, app()))).status).toBe(200)
      expect(engine.sandbox('myapp')).toMatchObject({ power: 'running', ipv4: address })
      expect(engine.writes).toEqual([])
    })

    it('gets a new password, and the old one dies', async () => {
      const old = login()
      await engine.ask((context) => renewCredentials(context, { sandbox: 'myapp', user: 'lovelace' }))
      expect(login().user).toBe('lovelace')
      expect((await visit(stage.host, agent(), old)).status).toBe(401)
      expect((await visitUntil(200, () => visit(stage.host, agent(), login()))).status).toBe(200)
    })

    it('moves its route when its port changes, in one write', async () => {
      engine.writes.length = 0
      await engine.ask((context) => changePort(context, { sandbox: 'myapp', port: '8001' }))
      expect((await visit(stage.host, app())).status).toBe(503)
      await engine.ask((context) => changePort(context, { sandbox: 'myapp', port: '8000' }))
      expect((await visitUntil(200, () => visit(stage.host, app()))).status).toBe(200)
      expect(engine.writes).toHaveLength(2)
    })

    it('has its pipe written again when someone damaged it, and is then left alone', async () => {
      rmSync(join(engine.pipesFolder, 'myapp', 'known_hosts'))
      writeFileSync(join(engine.pipesFolder, 'myapp', 'authorized_keys'), '')
      const report = await engine.loop.pass({ apply: true })
      expect(report.lines).toMatchObject([{ sign: '~', part: 'pipe', subject: 'myapp' }])
      expect((await engine.loop.pass({ apply: true })).lines).toEqual([])
    })

    it('cannot be created twice', async () => {
      await expect(engine.ask((context) => createSandbox(context, { target: 'myapp' }))).rejects.toThrow(
        '`myapp` is taken (Ada)',
      )
    })

    it('leaves nothing of a create whose image does not exist', async () => {
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
      expect(engine.sandbox('broken')).toBeUndefined()
      expect(existsSync(join(engine.pipesFolder, 'broken'))).toBe(false)
    })

    it('is deleted without a trace', async () => {
      const instance = engine.sandbox('myapp')?.instance ?? ''
      const operation = await engine.ask((context) => deleteSandbox(context, { sandbox: 'myapp', confirm: 'myapp' }))
      expect(operation.state).toBe('done')
      expect(engine.sandbox('myapp')).toBeUndefined()
      expect(readdirSync(engine.pipesFolder)).toEqual([])
      expect((await engine.instances.observe([instance], AbortSignal.timeout(5000))).size).toBe(0)
      expect((await engine.loop.pass({ apply: true })).lines).toEqual([])
    })
  })
}
