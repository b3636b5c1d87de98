import { describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { addDomain, removeDomain } from '../../src/core/operations/domain.js'
import { hostsIn } from './hosts-in.js'
import { asItShould, playOf } from './play.js'
import type { Stage } from './stage.js'
import { visit, visitUntil } from './visit.js'

const HERE = '127.0.0.1'
const ELSEWHERE = '192.0.2.9'

/** Domains of a person's own, from the first ask to the end. The tests follow on each other. */
export function domains(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: domains`, () => {
    const the = playOf(open)
    const add = (domain: string) => the().engine.ask((context) => addDomain(context, { sandbox: 'myapp', domain }))
    const remove = (domain: string) =>
      the().engine.ask((context) => removeDomain(context, { sandbox: 'myapp', domain }))
    const published = async () => hostsIn(await the().outside.caddy())
    const main = () => [the().host('myapp'), `shelley.${the().host('myapp')}`]

    /** What a tick of the clock makes of it, and the writes to Caddy that it takes. */
    async function tick(): Promise<number> {
      const { engine } = the()
      engine.writes.length = 0
      engine.loop.pokeAll()
      await engine.loop.settled()
      return engine.writes.length
    }

    it('one that leads nowhere is kept, and is not published: the person is told which records to set', async () => {
      expect((await the().create('myapp')).state).toBe('done')
      const operation = await add('app.example.test')
      expect(operation).toMatchObject({ state: 'done', steps: [] })
      expect(operation.reason).toBe(
        '`app.example.test` does not lead here yet. Set `app.example.test A 127.0.0.1`; it goes on by itself then.',
      )
      expect(the().facts('myapp')).toMatchObject({ awaited: ['app.example.test'] })
      expect(await published()).toEqual(main())
      expect(await tick()).toBe(0)
      expect(await published()).toEqual(main())
    })

    it('nor while it leads elsewhere, even in part', async () => {
      the().stage.dns.leads('app.example.test', HERE, ELSEWHERE)
      expect(await tick()).toBe(0)
      expect(await published()).toEqual(main())
    })

    it('goes on by itself when its records are right, in one write', async () => {
      the().stage.dns.leads('app.example.test', HERE)
      expect(await tick()).toBe(1)
      expect(await published()).toEqual(['app.example.test', ...main()])
      expect((await visitUntil(200, () => visit(the().stage.host, 'app.example.test'))).status).toBe(200)
      expect(the().facts('myapp')).toMatchObject({ awaited: [], generation: 2, appliedGeneration: 2 })
      expect(the().engine.notices).toEqual([{ notice: 'domain', host: 'app.example.test' }])
      expect(await tick()).toBe(0)
    })

    it('is published at once where it is right already', async () => {
      const { engine, stage } = the()
      stage.dns.leads('app.example.co.uk', HERE)
      engine.writes.length = 0
      expect(await add('App.Example.co.uk.')).toMatchObject({ state: 'done', reason: null })
      expect(engine.writes).toHaveLength(1)
      expect((await visitUntil(200, () => visit(stage.host, 'app.example.co.uk'))).status).toBe(200)
      expect(await the().answers('myapp')).toEqual(asItShould)
    })

    it('stays, once it was right, whatever DNS says later', async () => {
      the().stage.dns.leads('app.example.co.uk', ELSEWHERE)
      expect(await tick()).toBe(0)
      expect((await visit(the().stage.host, 'app.example.co.uk')).status).toBe(200)
    })

    it('is gone after a removal, in one write, and is free for others', async () => {
      const { engine } = the()
      engine.writes.length = 0
      expect((await remove('app.example.co.uk')).state).toBe('done')
      expect(engine.writes).toHaveLength(1)
      expect(await published()).toEqual(['app.example.test', ...main()])
      await the().create('other')
      const operation = await engine.ask((context) =>
        addDomain(context, { sandbox: 'other', domain: 'app.example.co.uk' }),
      )
      expect(operation.reason).toContain('`app.example.co.uk` leads to `192.0.2.9`, which is not this host.')
      await engine.ask((context) => deleteSandbox(context, { sandbox: 'other', confirm: 'other' }))
    })

    it('that is somebody else’s route already is not taken: all goes back', async () => {
      const { outside, stage, engine } = the()
      stage.dns.leads('theirs.test', HERE)
      const theirs = { match: [{ host: ['theirs.test'] }], handle: [{ handler: 'static_response', body: 'theirs' }] }
      await outside.changeCaddy('POST', '/config/apps/http/servers/srv0/routes', theirs)
      const operation = await add('theirs.test')
      expect(operation.state).toBe('failed')
      expect(operation.reason).toContain('theirs.test')
      expect(
        the()
          .facts('myapp')
          .spec.domains.map(({ host }) => host),
      ).toEqual(['app.example.test'])
      expect((await engine.loop.pass({ apply: true })).lines).toEqual([])
      expect((await visit(stage.host, the().host('myapp'))).status).toBe(200)
    })

    it('of its own from the start: both of its names wait, and go out in one write', async () => {
      const { engine, stage } = the()
      const operation = await engine.ask((context) =>
        createSandbox(context, { target: 'shop.example.org', name: 'shop' }),
      )
      expect(operation.state).toBe('done')
      expect(operation.reason).toContain('`shop.example.org A 127.0.0.1`')
      expect(operation.reason).toContain('`shelley.shop.example.org A 127.0.0.1`')
      expect(await published()).not.toContain('shop.example.org')
      for (const host of ['shop.example.org', 'shelley.shop.example.org']) stage.dns.leads(host, HERE)
      expect(await tick()).toBe(1)
      expect((await visitUntil(200, () => visit(stage.host, 'shop.example.org'))).status).toBe(200)
      const login = the().login('shop')
      expect((await visitUntil(200, () => visit(stage.host, 'shelley.shop.example.org', { login }))).status).toBe(200)
    })

    it('leave no trace when their sandbox goes', async () => {
      const { engine } = the()
      for (const sandbox of ['myapp', 'shop'])
        await engine.ask((context) => deleteSandbox(context, { sandbox, confirm: sandbox }))
      expect(await published()).toEqual(['theirs.test'])
      expect(engine.faults).toEqual([])
    })
  })
}
