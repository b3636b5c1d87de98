import type { RecordChange, RecordOwner, RecordSet } from '../../../core/parts/record-set.js'
import type { ServerAddress } from '../wire/ask.js'
import { markName, markText } from '../mark.js'
import type { TsigKey } from './tsig-key.js'

/** Seconds: nobody but us asks for marks. */
const MARK_TTL = 3600

export interface Update {
  readonly server: ServerAddress
  readonly zone: string
  readonly key: TsigKey
  readonly changes: readonly RecordChange[]
  /** Whose mark stands at a place now; null: nobody's. */
  readonly markedFor: (place: Pick<RecordSet, 'name' | 'type'>) => RecordOwner | null
}

/**
 * What `nsupdate` reads from its standard input: one message, which a server applies as a whole or not at all. Each
 * record set must be as it was seen, so that an update collides in place of overwriting.
 */
export function updateScript({ server, zone, key, changes, markedFor }: Update): string {
  const lines = changes.map((change) => linesOf(change, markedFor))
  return [
    `server ${server.host} ${server.port}`,
    `zone ${zone}.`,
    `key ${key.algorithm}:${key.name} ${key.secret}`,
    ...lines.flatMap((one) => one.prerequisites),
    ...lines.flatMap((one) => one.updates),
    'send',
    '',
  ].join('\n')
}

function linesOf(
  change: RecordChange,
  markedFor: Update['markedFor'],
): { readonly prerequisites: readonly string[]; readonly updates: readonly string[] } {
  const place = change.kind === 'record.write' ? change.wanted : change.before
  const [at, mark] = [`${checked(place.name)}.`, `${checked(markName(place.name))}.`]
  const former = markedFor(place)
  const unmark = former === null ? [] : [`update delete ${mark} TXT "${markText(place, former)}"`]
  const drop = `update delete ${at} ${place.type}`
  if (change.kind === 'record.remove') return { prerequisites: asSeen(at, change.before), updates: [drop, ...unmark] }
  const { wanted, before, owner } = change
  return {
    // Beside a CNAME a server would leave out an address without a word.
    prerequisites: [`prereq nxrrset ${at} CNAME`, ...asSeen(at, before ?? { ...wanted, values: [] })],
    updates: [
      drop,
      ...wanted.values.map((value) => `update add ${at} ${wanted.ttl} ${wanted.type} ${value}`),
      ...unmark,
      `update add ${mark} ${MARK_TTL} TXT "${markText(wanted, owner)}"`,
    ],
  }
}

function asSeen(at: string, { type, values }: RecordSet): readonly string[] {
  if (values.length === 0) return [`prereq nxrrset ${at} ${type}`]
  return values.map((value) => `prereq yxrrset ${at} ${type} ${value}`)
}

/** A name comes from people and from zones: nothing but a name may become part of a script. */
function checked(name: string): string {
  if (!/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name)) throw new Error(`${JSON.stringify(name)} is no host name`)
  return name
}
