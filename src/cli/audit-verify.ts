import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkChain, headText, parseHead, type ChainedEntry, type ChainVerdict } from '../core/audit.js'
import { chainedEntries } from '../infra/sqlite/audit.js'
import { Sqlite } from '../infra/sqlite/driver.js'

/** Goes through the audit log of a state folder, past the service. Throws where there is none, or a head is none. */
export function verifyAudit(stateFolder: string, heads: readonly string[]): ChainVerdict {
  const file = join(stateFolder, 'state.db')
  if (!existsSync(file)) throw new Error(`There is no state in ${stateFolder}. Name another: --state-folder PATH`)
  const known = heads.map((text) => {
    const head = parseHead(text)
    if (head === null) throw new Error(`${text} is no head; one looks like 123:9f86… and stands in the journal.`)
    return head
  })
  const db = new Sqlite(file, { readonly: true })
  try {
    return checkChain(chainedEntries(db), known)
  } finally {
    db.close()
  }
}

export function showVerdict({ entries, head, fault }: ChainVerdict): string {
  if (fault !== null)
    return `Entry ${fault.seq} ${fault.what}.${fault.entry === null ? '' : ` ${showEntry(fault.entry)}`}`
  if (head === null) return 'The audit log has no entry yet.'
  return `${entries} ${entries === 1 ? 'entry' : 'entries'}, unbroken. Head: ${headText(head)}`
}

function showEntry({ at, identity, command, args, outcome }: ChainedEntry): string {
  const time = Number.isSafeInteger(at) ? new Date(at).toISOString() : String(at)
  return `It says now: ${time} ${identity} ${command} ${args} ${outcome}`
}
