import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { startSandbox } from '../../src/core/operations/power.js'
import type { DriftReport } from '../../src/core/ports.js'
import { instanceDamages, pipeDamages, routeDamages } from './damage.js'
import { picture } from './picture.js'
import { asItShould, playOf } from './play.js'
import type { Stage } from './stage.js'

/** What others do to the host behind Sandpiper's back, and what one pass makes of it. The tests follow on each other. */
export function drift(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: drift`, () => {
    const the = playOf(open)

    /** One pass: its report, and the writes to Caddy that it took. */
    async function pass(): Promise<{ report: DriftReport; lines: readonly string[]; writes: number }> {
      const { engine } = the()
      engine.writes.length = 0
      const report = await engine.loop.pass({ apply: true })
      const lines = report.lines.map(({ sign, part, subject }) => `${sign} ${part} ${subject}`).sort()
      return { report, lines, writes: engine.writes.length }
    }

    async function passesInVain(lines: readonly string[] = []): Promise<void> {
      const before = await picture(the())
      const again = await pass()
      expect(again).toMatchObject({ report: { applied: false, held: null }, writes: 0 })
      expect(again.lines).toEqual(lines)
      expect(await picture(the())).toEqual(before)
    }

    it('begins with two sandboxes that are as they should be', async () => {
      for (const name of ['one', 'two']) {
        expect((await the().create(name)).state).toBe('done')
        expect(await the().answers(name)).toEqual(asItShould)
      }
      await passesInVain()
    })

    for (const damage of [...routeDamages, ...pipeDamages, ...instanceDamages]) {
      it(`repairs ${damage.what}, in one pass`, async ({ skip }) => {
        const play = the()
        skip(damage.onlyReal !== undefined && !play.stage.isReal, damage.onlyReal)
        const whole = await picture(play)
        await damage.spoil(play)
        expect(await picture(play)).not.toEqual(whole)
        await damage.felt?.(play)

        const spoiled = await picture(play)
        const look = await play.engine.loop.pass({ apply: false })
        expect(look).toMatchObject({ applied: false, held: null })
        expect(await picture(play)).toEqual(spoiled)

        const repair = await pass()
        expect(repair).toMatchObject({ report: { applied: true, held: null }, writes: damage.writes })
        expect(repair.lines).toEqual([...damage.lines(play)].sort())
        expect(look.lines).toEqual(repair.report.lines)
        expect(await picture(play)).toEqual(whole)
        for (const name of ['one', 'two']) expect(await play.answers(name)).toEqual(asItShould)
        await passesInVain()
      })
    }

    it('follows a sandbox that was stopped and started by others, and does not fight it', async () => {
      const { outside } = the()
      const { instance } = the().facts('one')
      await outside.power(instance, 'stop')
      await passesInVain()
      expect(the().facts('one').power).toBe('stopped')
      for (const page of await Promise.all([the().app('one'), the().agent('one', the().login('one'))])) {
        expect(page).toMatchObject({ status: 503, title: 'one is stopped' })
        expect(page.body.length).toBeLessThan(2000)
      }
      await outside.power(instance, 'start')
      await passesInVain()
      expect(the().facts('one').power).toBe('running')
      expect(await the().answers('one')).toEqual(asItShould)
    })

    it('does not touch a pipe whose mark is gone, and says so', async () => {
      const mark = join(the().engine.pipesFolder, 'one', '.sandpiper')
      rmSync(mark)
      await passesInVain(['! pipe one'])
      writeFileSync(mark, `${the().facts('one').id}\n`, { mode: 0o600 })
      await passesInVain()
    })

    it('leaves what is not ours as it is, to the byte, while it repairs what is', async () => {
      const { outside, engine } = the()
      const routes = '/config/apps/http/servers/srv0/routes'
      const theirs = { match: [{ host: ['other.test'] }], handle: [{ handler: 'static_response', body: 'theirs' }] }
      await outside.createInstance('stranger', { 'user.theirs': 'yes' })
      await outside.createInstance('orphan', { 'user.sandpiper.id': 'somebody-elses' })
      await outside.changeCaddy('POST', routes, { ...theirs, '@id': 'sandpiper:somebody-elses:app' })
      await outside.changeCaddy('POST', routes, { ...theirs, match: [{ host: ['another.test'] }] })
      mkdirSync(join(engine.pipesFolder, '.theirs'))
      mkdirSync(join(engine.pipesFolder, 'stranger'))
      writeFileSync(join(engine.pipesFolder, 'stranger', 'sshpiper_upstream'), 'root@192.0.2.1:22')
      chmodSync(join(engine.pipesFolder, 'stranger', 'sshpiper_upstream'), 0o644)
      const foreign = [
        '! instance orphan',
        '! instance stranger',
        '! pipe stranger',
        '! route sandpiper:somebody-elses:app',
      ]
      await passesInVain(foreign)

      const whole = await picture(the())
      await outside.changeCaddy('DELETE', `/id/sandpiper:${the().facts('one').id}:app`)
      rmSync(join(engine.pipesFolder, 'one'), { recursive: true })
      const repair = await pass()
      expect(repair.lines).toEqual([...foreign, '+ pipe one', `+ route ${the().host('one')}`].sort())
      expect(repair.writes).toBe(1)
      expect(await picture(the())).toEqual(whole)
      await passesInVain(foreign)
      for (const name of ['stranger', 'orphan']) await outside.changeIncus('DELETE', `/1.0/instances/${name}`)
      await outside.changeCaddy('DELETE', '/id/sandpiper:somebody-elses:app')
      rmSync(join(engine.pipesFolder, 'stranger'), { recursive: true })
    })

    it('calls a sandbox lost whose instance others deleted, and makes it never anew', async () => {
      const { outside, engine } = the()
      const { id, instance } = the().facts('two')
      await outside.power(instance, 'stop')
      await outside.changeIncus('DELETE', `/1.0/instances/${instance}`)
      expect((await pass()).lines).toEqual([`! instance ${instance}`])
      await expect.poll(() => the().facts('two').phase, { timeout: 10_000 }).toBe('lost')
      await engine.loop.settled()
      expect(existsSync(join(engine.pipesFolder, 'two'))).toBe(false)
      await passesInVain([`! instance ${instance}`])
      expect((await outside.instances()).map((one) => one.name)).toEqual([the().facts('one').instance])
      expect(await the().app('two')).toMatchObject({ status: 503, title: 'two is not available' })
      await expect(engine.ask((context) => startSandbox(context, { sandbox: 'two' }))).rejects.toThrow(
        'gone from the host',
      )

      const end = await engine.ask((context) => deleteSandbox(context, { sandbox: 'two', confirm: 'two' }))
      expect(end.state).toBe('done')
      expect(await outside.traces('two', id)).toEqual([])
      await passesInVain()
      expect(engine.faults).toEqual([])
    })
  })
}
