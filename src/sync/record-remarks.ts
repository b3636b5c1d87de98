import type { DriftLine } from '../core/parts/plan.js'
import { placeOf, recordTypes } from '../core/parts/record-set.js'
import type { PublicAddresses } from '../core/parts/wanted-records.js'
import type { DnsTrouble, RecordKeeper } from '../core/ports.js'

/** A label that no sandbox has: what it leads to is what `*.` leads to. */
const PROBE = 'sandpiper-check'

/** What a person has to set because nobody keeps the base's zone, and what stands there now. Throws InfraError. */
export async function linesByHand(
  keeper: Pick<RecordKeeper, 'resolve'>,
  base: string,
  addresses: PublicAddresses,
  signal: AbortSignal,
): Promise<readonly DriftLine[]> {
  const asked = [base, `*.${base}`].flatMap((name) =>
    recordTypes.map(async (type): Promise<readonly DriftLine[]> => {
      const { [type]: own } = addresses
      if (own.state !== 'known') return []
      const found = await keeper.resolve(name.replace('*', PROBE), type, signal)
      if (found.length === 1 && found[0] === own.address) return []
      const now = found.length === 0 ? 'nothing' : found.join(', ')
      return [remark(placeOf({ name, type }), `set it by hand to ${own.address}; it is ${now} now`)]
    }),
  )
  return (await Promise.all(asked)).flat()
}

/** What could not be looked at is never taken for right. */
export function unseenLines(names: readonly string[]): readonly DriftLine[] {
  return names.map((name) => remark(name, 'could not be looked at; the log says why'))
}

export function troubleLines(troubles: readonly DnsTrouble[]): readonly DriftLine[] {
  return troubles.map(({ subject, detail }) => remark(subject, detail))
}

/** Nobody misses an IPv6 address that was never there; one that the sources differ on is told. */
export function addressLines(addresses: PublicAddresses): readonly DriftLine[] {
  return recordTypes.flatMap((type): readonly DriftLine[] => {
    const { [type]: one } = addresses
    if (one.state !== 'unknown' || (type === 'AAAA' && !one.isDisputed)) return []
    return [remark(type, one.why)]
  })
}

function remark(subject: string, detail: string): DriftLine {
  return { sign: '!', part: 'record set', subject, detail }
}
