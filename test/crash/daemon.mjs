/**
 * Sandpiper as a process of its own, which kills itself at the point that it is told over IPC. All of that is laid
 * around the product from outside: it has no hook for it.
 */
import diagnostics from 'node:diagnostics_channel'
import { appendFileSync, readFileSync } from 'node:fs'
import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { BotAnnouncer } from '../../dist/bot/announcer.js'
import { Outbox } from '../../dist/bot/outbox.js'
import { BotRouter } from '../../dist/bot/router.js'
import { configSchema } from '../../dist/config/schema.js'
import { SqliteOutbox } from '../../dist/infra/sqlite/outbox.js'
import { openLog } from '../../dist/logging.js'
import { startService } from '../../dist/main.js'
import { openHost } from '../../dist/open-host.js'
import { SyncLoop } from '../../dist/sync/loop.js'

const [configFile, logFile, loginsFile, changesFile] = process.argv.slice(2)

let point = ''
process.on('message', (told) => {
  point = told
  process.send('armed')
})
process.on('disconnect', () => process.exit())

function dieAt(here) {
  if (here === point) process.kill(process.pid, 'SIGKILL')
}

/** The kinds of change that each part is at: what it does meanwhile is a step of these. */
const changing = { instances: [], agents: [], pipes: [], routes: [], records: [] }

function step(part, moment) {
  for (const kind of changing[part]) dieAt(`${moment} ${kind}`)
}

function surround(part, keeper) {
  const apply = keeper.apply.bind(keeper)
  keeper.apply = async (what, ...rest) => {
    changing[part] = [what].flat().map((change) => change.kind)
    appendFileSync(changesFile, changing[part].map((kind) => `${kind}\n`).join(''))
    step(part, 'before')
    await apply(what, ...rest)
    step(part, 'after')
    changing[part] = []
  }
}

function partsAt(path) {
  if (path.startsWith('/1.0/')) return ['instances', 'agents']
  return path.startsWith('/client/v4/') ? ['records'] : ['routes']
}

/** The first request of a change is out and not answered; it is answered, and Incus is at it or waits for the next one. */
function onWrite(channel, moment) {
  diagnostics.subscribe(channel, ({ request: { method, path } }) => {
    if (method === 'GET') return
    for (const part of partsAt(path)) step(part, moment)
  })
}
onWrite('undici:request:bodySent', 'begun')
onWrite('undici:request:headers', 'halfway')

/** The first thing is on the disk; what was there is away, and the new one not yet in its place. */
function onDisk(name, moments) {
  const call = files[name]
  files[name] = async (...given) => {
    const result = await call(...given)
    for (const moment of moments) step('pipes', moment)
    return result
  }
}
onDisk('mkdir', ['begun'])
onDisk('rename', ['begun', 'halfway'])
syncBuiltinESMExports()

function before(prototype, method, here, applies = () => true) {
  const call = prototype[method]
  prototype[method] = function (...given) {
    if (applies.apply(this, given)) dieAt(here)
    return call.apply(this, given)
  }
}
const isEnd = ({ slot, body }) => slot.startsWith('op:') && JSON.parse(body).final
before(BotRouter.prototype, 'carryOut', 'acknowledged')
before(SyncLoop.prototype, 'poke', 'edited', (sandboxes) => sandboxes.length > 0)
before(BotAnnouncer.prototype, 'tellEnd', 'ended')
before(Outbox.prototype, 'deliver', 'worded', ({ row }) => isEnd(row))
before(SqliteOutbox.prototype, 'delivered', 'told', function (slot) {
  return isEnd(this.get(slot))
})

const accept = BotRouter.prototype['accept']
BotRouter.prototype.accept = function (...given) {
  const accepted = accept.apply(this, given)
  dieAt('written down')
  return accepted
}

const deliverLogin = BotAnnouncer.prototype['deliverLogin']
BotAnnouncer.prototype.deliverLogin = async function (login) {
  dieAt('published')
  const delivered = await deliverLogin.call(this, login)
  if (delivered) appendFileSync(loginsFile, `${JSON.stringify(login)}\n`)
  dieAt('handed over')
  return delivered
}

const config = configSchema.parse(JSON.parse(readFileSync(configFile, 'utf8')))
const host = openHost(config)
const { instances, agents, pipes, routes, keyring } = host.world
surround('instances', instances)
surround('agents', agents)
surround('pipes', pipes)
surround('routes', routes)
if (host.records !== null) surround('records', host.records)
const forget = keyring.forget.bind(keyring)
keyring.forget = async (sandbox) => {
  await forget(sandbox)
  dieAt('keys forgotten')
}
await startService({
  config,
  host,
  log: openLog('info', logFile),
  console: { identities: [{ user: 'ada', name: 'Ada' }], mayChoose: false, banner: '' },
})
process.send('up')
