import { describe, expect, it } from 'vitest'
import { renewCredentials } from '../../src/core/operations/credentials.js'
import { changePort } from '../../src/core/operations/port.js'
import { restartSandbox, startSandbox, stopSandbox } from '../../src/core/operations/power.js'
import { OpenSocket } from './open-socket.js'
import { asItShould, playOf } from './play.js'
import type { Stage } from './stage.js'
import { Visitors } from './visitors.js'

const TEN = Array.from({ length: 10 }, (_, index) => `crowd${index}`)

/** Every write to Caddy hurts all who are there, so there are few; and what needs none hurts nobody. */
export function fewWrites(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: few writes`, () => {
    const the = playOf(open)

    /** The writes to Caddy that it takes. */
    async function writesOf(work: () => Promise<unknown>): Promise<number> {
      const { writes } = the().engine
      writes.length = 0
      await work()
      return writes.length
    }

    it('one for a create, a port and a new password, none for a sync', async () => {
      const { engine } = the()
      const port = (text: string) => engine.ask((context) => changePort(context, { sandbox: 'other', port: text }))
      expect(await writesOf(() => the().create('steady'))).toBe(1)
      expect(await writesOf(() => the().create('other'))).toBe(1)
      expect(await writesOf(() => port('8001'))).toBe(1)
      expect(await writesOf(() => port('8000'))).toBe(1)
      expect(await writesOf(() => engine.ask((context) => renewCredentials(context, { sandbox: 'other' })))).toBe(1)
      expect(await writesOf(() => engine.loop.pass({ apply: true }))).toBe(0)
      for (const name of ['steady', 'other']) expect(await the().answers(name)).toEqual(asItShould)
    })

    it('none for stop, start and restart of others, and no visitor notices', async () => {
      const { engine, stage } = the()
      const visitors = await Visitors.of(stage.host, the().host('steady'))
      const other = { sandbox: 'other' }
      const writes = await writesOf(async () => {
        for (const verb of [stopSandbox, startSandbox, restartSandbox]) {
          expect((await engine.ask((context) => verb(context, other))).state).toBe('done')
        }
      })
      await visitors.leave()
      expect(visitors.failures).toEqual([])
      expect(visitors.requests).toBeGreaterThan(20)
      expect(visitors.echoes).toBeGreaterThan(20)
      expect(writes).toBe(0)
    })

    it('five at most for ten creates at once, and no WebSocket closes', async () => {
      const { engine, stage } = the()
      const socket = await OpenSocket.to(stage.host, the().host('steady'))
      const writes = await writesOf(async () => {
        const ends = await Promise.all(TEN.map((name) => the().create(name)))
        expect(ends.map(({ state }) => state)).toEqual(TEN.map(() => 'done'))
      })
      expect(writes).toBeLessThanOrEqual(5)
      expect(await socket.echo('still here')).toBe('still here')
      socket.close()
      for (const name of TEN) expect(await the().answers(name)).toEqual(asItShould)
      expect(engine.faults).toEqual([])
    })

    it('one for a Caddy that lost everything', async () => {
      await the().stage.loseCaddy()
      expect(await writesOf(() => the().engine.loop.pass({ apply: true }))).toBe(1)
      for (const name of ['steady', ...TEN]) expect(await the().answers(name)).toEqual(asItShould)
    })
  })
}
