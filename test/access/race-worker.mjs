/** One of two bots on one database, in a process of its own: does over IPC what it is told, and answers how it went. */
import { ActionTokens } from '../../dist/bot/action-tokens.js'
import { BotAnnouncer } from '../../dist/bot/announcer.js'
import { AuditTrail } from '../../dist/bot/audit-trail.js'
import { Codes } from '../../dist/bot/codes.js'
import { commands } from '../../dist/bot/commands/all.js'
import { Outbox } from '../../dist/bot/outbox.js'
import { BotRouter } from '../../dist/bot/router.js'
import { SandboxCards } from '../../dist/bot/sandbox-cards.js'
import { SqliteActions } from '../../dist/infra/sqlite/actions.js'
import { SqliteAudit } from '../../dist/infra/sqlite/audit.js'
import { openDatabase } from '../../dist/infra/sqlite/database.js'
import { SqliteInbox } from '../../dist/infra/sqlite/inbox.js'
import { SqliteOutbox } from '../../dist/infra/sqlite/outbox.js'
import { SqliteStore } from '../../dist/infra/sqlite/store.js'

const [file, name, settings] = process.argv.slice(2)
const db = openDatabase(file)
// What a power cut would lose is not what this is about.
db.pragma('synchronous = OFF')
const clock = { now: () => new Date() }
const store = new SqliteStore(db)
const inbox = new SqliteInbox(db)
const audit = new SqliteAudit(db)
const tokens = new ActionTokens(new SqliteActions(db), Buffer.from('key'), clock)
const addresses = { url: (host) => host, sshLine: (sandbox) => sandbox }
const base = {
  store,
  platforms: new Map(),
  tokens,
  addresses,
  clock,
  schedule: () => () => undefined,
  log: (message, details) => process.send({ trouble: `${message} ${String(details.error)}` }),
  settings: JSON.parse(settings),
}
const outbox = new Outbox({ ...base, store: new SqliteOutbox(db) })
const trail = new AuditTrail({ ...base, audit, outbox, mirror: null })
const cards = new SandboxCards({ ...base, outbox })
const announcer = new BotAnnouncer({ ...base, outbox, cards, trail })
let ids = 0
const router = new BotRouter({
  ...base,
  commands,
  keySource: { keysOf: () => Promise.resolve([]) },
  rate: { person: 100_000, room: 100_000, withinMs: 60_000 },
  codes: new Codes(Buffer.from('key'), clock),
  inbox,
  outbox,
  audit,
  trail,
  announcer,
  sync: { poke: () => undefined, interrupt: () => undefined },
  network: () => ({ name: 'sb', ipv4: '10.88.0.1/20', dhcpRanges: [], leased: [] }),
  room: () => null,
  newId: () => `${name}${(ids += 1)}`,
})

async function answer({ round, user, command, args }) {
  const identity = { platform: 'console', workspace: '', user }
  const asker = { identity, name: user, place: 'dm', room: 'dm', isPrivate: true, groups: [] }
  const eventKey = `${name}-${round}`
  router.accept({ asker, eventKey, sentAt: new Date() }, { command, args }, 'caller')
  let outcome = null
  while (outcome === null) {
    await new Promise((resolve) => setImmediate(resolve))
    outcome = inbox.outcome(`console::${eventKey}`)
  }
  process.send({ round, outcome })
}

process.on('message', (message) => void answer(message))
process.send({ up: true })
