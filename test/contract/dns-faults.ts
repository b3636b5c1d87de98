import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InfraError } from '../../src/core/errors.js'
import { planRecordSets, recordSet, type RecordChange, type RecordSet } from '../../src/core/parts/record-set.js'
import { never, type DnsWorld } from './dns.js'

/**
 * lost: the effect comes about, the answer never does. cut: half of the answer, then nothing. broken: an answer of the
 * server that it cannot. garbled: something else than an answer. revoked: the token or key is taken away just before.
 */
export type Fault = 'lost' | 'cut' | 'broken' | 'garbled' | 'revoked'

export interface FaultyWorld extends DnsWorld {
  /** The next question, or the next change, meets that fate. */
  breakNext(what: 'look' | 'change', fault: Fault): Promise<void>
  /** What must never stand in an error. */
  readonly secret: string
}

/** However a call ends, the next pass finds out what came of it, and nothing is there twice. */
export function dnsFaults(name: string, open: () => Promise<FaultyWorld>): void {
  describe(`${name}: when it fails`, () => {
    let world: FaultyWorld
    beforeEach(async () => {
      world = await open()
    })
    afterEach(() => world.close())

    const wanted = (least: number): readonly RecordSet[] =>
      (['A', 'AAAA'] as const).map((type) =>
        recordSet({
          name: world.base,
          type,
          values: [type === 'A' ? '192.0.2.1' : '2001:db8::1'],
          ttl: least,
          proxied: false,
        }),
      )
    async function keep(): Promise<readonly RecordChange[]> {
      const zone = await world.provider.zoneOf(world.base, never)
      if (zone === null) throw new Error('no zone')
      const view = await world.provider.look(zone, [world.base], never)
      const sets = wanted(zone.ttl.least).map((set) => ({ owner: 'sb-1', set }))
      const { changes } = planRecordSets(sets, {
        seen: view.seen,
        isKnown: (owner) => owner === 'sb-1',
        isUnknown: () => false,
        leadsHere: () => false,
      })
      if (changes.length > 0) await view.change(changes as readonly RecordChange[], never)
      return changes as readonly RecordChange[]
    }
    /** Where a mark shares its name with others, there are as many lines as marks. */
    const addresses = async (): Promise<readonly string[]> =>
      (await world.records()).filter((line) => / (A|AAAA) /.test(line))
    const both = (): readonly string[] => [`${world.base} A 192.0.2.1`, `${world.base} AAAA 2001:db8::1`]

    for (const what of ['look', 'change'] as const) {
      it.each(['lost', 'cut', 'broken', 'garbled'] as const)(`heals a ${what} that is %s`, async (fault) => {
        await world.breakNext(what, fault)
        const error: unknown = await keep().then(
          () => null,
          (reason: unknown) => reason,
        )
        if (error !== null) {
          expect(error).toBeInstanceOf(InfraError)
          expect(error).toMatchObject({ system: 'dns', retry: 'later' })
          expect((error as InfraError).message).not.toContain(world.secret)
        }
        await keep()
        expect(await addresses()).toEqual(both())
        expect(await keep()).toEqual([])
      })
    }

    it('says that its rights are gone, quotes no secret, and leaves all as it was', async () => {
      await world.breakNext('change', 'revoked')
      const before = await world.records()
      const error: unknown = await keep().catch((reason: unknown) => reason)
      expect(error).toMatchObject({ name: 'InfraError', system: 'dns', retry: 'never' })
      expect((error as InfraError).sentence).toMatch(/token|key/)
      const { message, sentence } = error as InfraError
      expect(JSON.stringify([message, sentence])).not.toContain(world.secret)
      expect(await world.records()).toEqual(before)
      const missing = await world.provider.check(world.base, never)
      expect(missing).toHaveLength(1)
      expect(missing.join()).toMatch(/token|key/)
      expect(missing.join()).not.toContain(world.secret)
    })
  })
}
