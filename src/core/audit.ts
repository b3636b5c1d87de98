import { createHash } from 'node:crypto'

/** Who did what, from where, and how it ended. Never a secret. */
export interface AuditEntry {
  readonly at: Date
  /** `platform:workspace:user`, or `host` for what was asked for on the host itself. */
  readonly identity: string
  readonly person: string | null
  readonly command: string
  readonly args: Readonly<Record<string, string>>
  readonly sandbox: string | null
  /** The channel or chat by its own id. */
  readonly place: string | null
  readonly outcome: AuditOutcome
  readonly operation: string | null
  /** Of a refusal or a failure: what that one was told. */
  readonly detail: string
}

/** `started`: an operation began; how it ended is an entry of its own. */
export type AuditOutcome = 'done' | 'started' | 'refused' | 'failed' | 'cancelled' | 'stuck'

/** An entry as it is stored, value by value: a changed byte is another entry. `at` in milliseconds since 1970. */
export interface ChainedEntry {
  readonly seq: number
  readonly at: number
  readonly person: string | null
  readonly identity: string
  readonly command: string
  readonly args: string
  readonly sandbox: string | null
  readonly place: string | null
  readonly outcome: string
  readonly operation: string | null
  readonly detail: string
  readonly hash: string
}

/** The newest entry at some time, as the journal has it: a tail that was cut off shows by it. */
export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

export interface ChainVerdict {
  readonly entries: number
  readonly head: ChainHead | null
  /** The first thing that is wrong: of which entry, and what. */
  readonly fault: { readonly seq: number; readonly entry: ChainedEntry | null; readonly what: string } | null
}

/** The hash that binds an entry to the one before it; `former` is that one's, '' for the first. */
export function chainHash(former: string, entry: Omit<ChainedEntry, 'hash'>): string {
  const { seq, at, person, identity, command, args, sandbox, place, outcome, operation, detail } = entry
  const values = [former, seq, at, person, identity, command, args, sandbox, place, outcome, operation, detail]
  return createHash('sha256').update(JSON.stringify(values)).digest('hex')
}

/** Goes through the whole chain, from the first entry on. */
export function checkChain(entries: Iterable<ChainedEntry>, heads: readonly ChainHead[]): ChainVerdict {
  let head: ChainHead = { seq: 0, hash: '' }
  let count = 0
  const verdict = (fault: ChainVerdict['fault']): ChainVerdict => ({
    entries: count,
    head: head.seq === 0 ? null : head,
    fault,
  })
  for (const entry of entries) {
    if (entry.seq !== head.seq + 1) return verdict({ seq: head.seq + 1, entry: null, what: 'was removed' })
    if (chainHash(head.hash, entry) !== entry.hash) return verdict({ seq: entry.seq, entry, what: 'was changed' })
    if (heads.some((one) => one.seq === entry.seq && one.hash !== entry.hash)) {
      const what = 'is not the one that the journal names, so it or one before it was replaced'
      return verdict({ seq: entry.seq, entry, what })
    }
    head = { seq: entry.seq, hash: entry.hash }
    count += 1
  }
  const missing = heads.find((one) => one.seq > head.seq)
  if (missing === undefined) return verdict(null)
  return verdict({ seq: head.seq + 1, entry: null, what: `was removed, with all up to ${missing.seq} at the least` })
}

/** `123:9f86…`, as the journal has it. */
export function headText({ seq, hash }: ChainHead): string {
  return `${seq}:${hash}`
}

/** Null where it is none. */
export function parseHead(text: string): ChainHead | null {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? []
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash }
}
