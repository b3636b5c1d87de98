import type { RecordOwner, RecordSet, RecordType } from '../../core/parts/record-set.js'

/** Below no sandbox's own name, and no sandbox can have it: names begin with a letter. */
const LABEL = '_sandpiper'
const TEXT = /^sandpiper at=([*@]) type=(A|AAAA) owner=([\w-]{1,64})$/

type Place = Pick<RecordSet, 'name' | 'type'>

export interface Mark {
  readonly place: Place
  readonly owner: RecordOwner
}

/** Where the TXT record stands that marks a record set as ours: `_sandpiper.box.example.com` for that name and its `*.`. */
export function markName(name: string): string {
  return `${LABEL}.${name.replace(/^\*\./, '')}`
}

export function markText({ name, type }: Place, owner: RecordOwner): string {
  return `sandpiper at=${name.startsWith('*.') ? '*' : '@'} type=${type} owner=${owner}`
}

/** Null where it is none of ours. `at` is the name of the TXT record. */
export function readMark(text: string, at: string): Mark | null {
  const [, star, type, owner] = TEXT.exec(text) ?? []
  if (owner === undefined || !at.startsWith(`${LABEL}.`)) return null
  const name = at.slice(LABEL.length + 1)
  return { place: { name: star === '*' ? `*.${name}` : name, type: type as RecordType }, owner }
}
