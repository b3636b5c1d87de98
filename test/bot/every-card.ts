import { UserError } from '../../src/core/errors.js'
import type { Operation } from '../../src/core/operation.js'
import { formCard } from '../../src/bot/cards/confirmation.js'
import { driftCard } from '../../src/bot/cards/drift.js'
import { ended, endedForAll } from '../../src/bot/cards/ended.js'
import { helpCard } from '../../src/bot/cards/help.js'
import { keysCard, listCard } from '../../src/bot/cards/lists.js'
import { homeCard } from '../../src/bot/cards/home.js'
import { loginCard, loginRefused } from '../../src/bot/cards/login.js'
import { noticeCard } from '../../src/bot/cards/notice.js'
import { announcement, progress, stepsReport } from '../../src/bot/cards/progress.js'
import { diskTrouble, hostAway, notAllowed, ourFault, refusal, stale, stranger } from '../../src/bot/cards/refusal.js'
import { sandboxCard } from '../../src/bot/cards/sandbox-card.js'
import { whoamiCard } from '../../src/bot/cards/whoami.js'
import { commands } from '../../src/bot/commands/all.js'
import { useOf } from '../../src/core/quota.js'
import type { Form } from '../../src/bot/chat.js'
import { missingForm } from '../../src/bot/forms.js'
import { findCommand } from '../../src/bot/parse.js'
import type { ActionToken, CommandCall, Message } from '../../src/bot/message.js'
import type { Rollout } from '../../src/core/rollout.js'
import { rolloutCard } from '../../src/bot/cards/rollout.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import { aSandbox, aState } from '../core/sandbox-fixture.js'
import { ada } from './fakes.js'
import { peopleCards } from './people-cards.js'

const start = new Date('2026-01-01T00:02:00Z')
const now = new Date('2026-01-01T00:02:01.300Z')
const at = (seconds: number): Date => new Date(start.getTime() + seconds * 1000)
const addresses = {
  url: (host: string): string => `https://${host}`,
  sshLine: (name: string): string => `ssh ${name}@box.example.com`,
}
const sandbox = aSandbox()
const state = aState({ sandboxes: [sandbox] })
const person = { id: 'ada', name: 'Ada', identities: [ada], isMuted: false }
const operation: Operation = {
  id: 'op1',
  verb: 'create',
  sandbox: sandbox.id,
  sandboxName: 'myapp',
  person: 'ada',
  origin: { identity: ada, place: 'general', isPrivate: false, eventKey: 'e1' },
  generation: 1,
  state: 'running',
  before: null,
  steps: [
    { key: 'a', label: 'instance created', detail: 'exeuntu', state: 'done', startedAt: at(0), endedAt: at(0.3) },
    { key: 'b', label: 'routes published', detail: '2 names', state: 'done', startedAt: at(0.3), endedAt: at(0.4) },
    { key: 'c', label: 'starting', detail: '', state: 'running', startedAt: at(0.4), endedAt: null },
    { key: 'd', label: 'agent', detail: 'waits for the start', state: 'waiting', startedAt: null, endedAt: null },
  ],
  waitingFor: null,
  reason: null,
  offers: [],
  cancelled: false,
  startedAt: start,
  endedAt: null,
}
const of = (change: Partial<Operation>): Operation => ({ ...operation, ...change })
const gone = aState()
const reason = 'the image `exeuntu:lastest` does not exist'
const retry = [{ label: 'Try that', command: 'create', args: { target: 'myapp' } }]
const report = {
  at: now,
  applied: false,
  held: null,
  lines: [
    { sign: '~', part: 'route', subject: 'shelley.blog.box.example.com', detail: 'account missing' },
    { sign: '+', part: 'pipe', subject: 'shop', detail: 'folder gone' },
    { sign: '!', part: 'instance', subject: 'old-test', detail: 'not ours, left alone' },
  ],
} as const
const card = (change: Parameters<typeof aSandbox>[0]): Message => {
  const one = aSandbox(change)
  return sandboxCard(aState({ sandboxes: [one] }), one, addresses, now)
}
const rollout: Rollout = {
  id: 'r1',
  version: 'v0.997.0',
  person: 'ada',
  origin: operation.origin,
  total: 30,
  waiting: Array.from({ length: 21 }, (_, index) => `s${index}`),
  wave: ['a', 'b', 'c', 'd'],
  updated: 5,
  skipped: 0,
  state: 'running',
  reason: null,
}
/** A sandbox whose agent we put in. */
const kept: Partial<Sandbox> = {
  spec: { ...sandbox.spec, agent: { kind: 'shelley', version: null } },
  agentVersion: 'v0.996.0',
}
const listOf = { viewer: 'ada', all: false, page: 1, args: {}, addresses }
const many = Array.from({ length: 40 }, (_, index) => aSandbox({ name: `app${index + 1}`, id: `s${index}` }))
const asked = (call: CommandCall, sandboxes: readonly string[] = []): Form => {
  const form = missingForm(findCommand(call.command, commands), call, sandboxes)
  if (form === null) throw new Error(`${call.command} must ask`)
  return { ...form, token: 'AAAAAAAAAAAA.AAAAAAAAAAAAAAAA' as ActionToken }
}

/** Every form that people can be asked to fill, by a name for its golden. */
export const everyForm: Readonly<Record<string, Form>> = {
  'form-create': asked({ command: 'create', args: {} }),
  'form-port': asked({ command: 'port', args: { sandbox: 'myapp' } }),
  'form-delete': asked({ command: 'delete', args: { sandbox: 'myapp' } }),
  'form-stop': asked({ command: 'stop', args: {} }, ['myapp', 'blog']),
  'form-pair': asked({ command: 'pair', args: {} }),
  'form-transfer': asked({ command: 'transfer', args: { sandbox: 'myapp' } }),
  'form-admin-grant': asked({ command: 'admin', args: { action: 'grant', who: 'slack:T1:U1' } }),
  'form-keys-add': asked({ command: 'keys', args: { action: 'add' } }),
}

/** Every card that people can be shown, by the name of its golden. */
export const everyCard: Readonly<Record<string, Message>> = {
  ...peopleCards,
  'create-announcement': announcement(operation, 'Ada'),
  'create-report': stepsReport(of({ state: 'done', steps: operation.steps.slice(0, 2), endedAt: at(1.3) }), now),
  'create-report-without-ssh': stepsReport(
    of({
      state: 'done',
      steps: operation.steps.slice(0, 2),
      endedAt: at(61),
      reason: 'SSH in myapp did not answer within 60 s',
    }),
    now,
  ),
  'disk-trouble': diskTrouble('the disk of the state folder is full'),
  'drift-view-at-fault': driftCard(
    { ...report, lines: [], held: 'more than half of all instances are missing at once' },
    false,
  ),
  'create-waiting': progress(of({ waitingFor: 'Incus does not answer yet.' }), now),
  'create-failed': ended(gone, of({ state: 'failed', reason, offers: retry }), addresses, now),
  'create-failed-all': endedForAll(gone, of({ state: 'failed', reason }), 'Ada', addresses, now),
  'create-cancelled': ended(gone, of({ state: 'cancelled', reason: 'Ada cancelled it' }), addresses, now),
  'port-failed': ended(state, of({ verb: 'port', state: 'failed', reason: 'Caddy refused the route' }), addresses, now),
  'operation-stuck': ended(state, of({ verb: 'stop', state: 'stuck', reason: 'Incus refused it' }), addresses, now),
  'delete-done': ended(gone, of({ verb: 'delete', state: 'done' }), addresses, now),
  'delete-done-all': endedForAll(gone, of({ verb: 'delete', state: 'done' }), 'Ada', addresses, now),
  'delete-confirmation': formCard(asked({ command: 'delete', args: { sandbox: 'myapp' } })),
  'sandbox-older': sandboxCard(state, sandbox, addresses, now, false),
  'sandbox-stuck': card({ phase: 'stuck' }),
  'sandbox-busy': sandboxCard(aState({ operations: [of({ verb: 'restart' })] }), sandbox, addresses, now),
  'login-refused': loginRefused('myapp', true),
  'list-all': listCard(state, [sandbox, aSandbox({ name: 'blog', power: 'stopped' })], { ...listOf, all: true }),
  'keys-none': keysCard([], now),
  whoami: whoamiCard(state, {
    person: { ...person, identities: [ada, { platform: 'slack', workspace: 'T1', user: 'U1' }] },
    access: { role: 'member', commands: 'all' },
    identity: ada,
    used: useOf([sandbox]),
    allowed: { sandboxes: 5, running: 3, cpus: null, memory: 16 * 2 ** 30, disk: null },
  }),
  help: helpCard(commands),
  'drift-held': driftCard({ ...report, held: '5 of 8 would be removed at once; an admin must say so' }, false),
  'drift-none': driftCard({ ...report, lines: [] }, false),
  'refusal-not-allowed': notAllowed('sync'),
  'refusal-stale': stale([{ words: 'delete blog', sentAt: start }]),
  progress: progress(operation, now),
  'going-back': progress(of({ state: 'going-back', reason: 'the image `x` does not exist' }), now),
  'sandbox-running': sandboxCard(state, sandbox, addresses, now),
  'sandbox-with-an-agent': card(kept),
  'sandbox-with-an-older-agent': sandboxCard(
    aState({ sandboxes: [aSandbox(kept)], newestAgent: 'v0.997.0' }),
    aSandbox(kept),
    addresses,
    now,
  ),
  'sandbox-without-an-agent': card({ spec: { ...sandbox.spec, accounts: [], agent: { kind: 'none' } } }),
  'rollout-running': rolloutCard(rollout),
  'rollout-done': rolloutCard({ ...rollout, state: 'done', wave: [], waiting: [], updated: 28, skipped: 2 }),
  'rollout-stopped': rolloutCard({
    ...rollout,
    state: 'stopped',
    wave: [],
    reason: 'blog: Shelley v0.997.0 did not answer within 6 s, so v0.996.0 is back',
  }),
  'update-failed': ended(
    state,
    of({ verb: 'update', state: 'failed', reason: 'Shelley v0.997.0 did not answer within 6 s, so v0.996.0 is back' }),
    addresses,
    now,
  ),
  'update-report': stepsReport(
    of({
      verb: 'update',
      state: 'done',
      steps: [
        { key: 'a', label: 'agent updated to v0.997.0', detail: '', state: 'done', startedAt: at(0), endedAt: at(1) },
      ],
      endedAt: at(1.1),
    }),
    now,
  ),
  'sandbox-stopped': card({ power: 'stopped' }),
  'sandbox-lost': card({ phase: 'lost' }),
  'sandbox-without-a-key': sandboxCard(aState({ sandboxes: [sandbox], keys: [] }), sandbox, addresses, now),
  list: listCard(state, [sandbox], listOf),
  'list-empty': listCard(state, [], listOf),
  'list-page': listCard(state, many, { ...listOf, all: true, page: 2, args: { all: 'yes' } }),
  keys: keysCard(state.keys, now),
  home: homeCard([sandbox, aSandbox({ name: 'blog', power: 'stopped' })], addresses),
  'home-empty': homeCard([], addresses),
  login: loginCard(
    { sandbox: sandbox.id, person: 'ada', user: 'ada', password: 'kabi-tenu-4071-sora-vimi' },
    sandbox,
    addresses,
  ),
  'login-refused-again': loginRefused('myapp', false),
  refusal: refusal(
    new UserError('name-taken', '`myapp` is taken (Grace). Free: `myapp2`.', [
      { label: 'Use myapp2', command: 'create', args: { target: 'myapp2' } },
    ]),
  ),
  stranger: stranger({ platform: 'slack', workspace: 'T1', user: 'U0123' }),
  'our-fault': ourFault('7QXD'),
  'host-away': hostAway('the host’s Caddy does not answer', '4F2K'),
  drift: driftCard({ ...report, applied: true }, false),
  'drift-long': driftCard({ ...report, lines: Array.from({ length: 50 }, () => report.lines).flat() }, false),
  'refusal-stale-many': stale(['delete blog', 'stop shop'].map((words) => ({ words, sentAt: start }))),
  'notice-stopped': noticeCard('myapp', { notice: 'stopped' }),
  'notice-lost': noticeCard('myapp', { notice: 'lost' }),
  'notice-out-of-memory': noticeCard('myapp', { notice: 'out-of-memory', limit: 2 ** 31 }),
  'notice-disk-full': noticeCard('myapp', { notice: 'disk-full', used: 19.2 * 2 ** 30, size: 20 * 2 ** 30 }),
  'notice-certificate': noticeCard('myapp', {
    notice: 'certificate',
    host: 'myapp.box.example.com',
    reason: 'it ends in 3 days and could not be renewed',
  }),
  'notice-repair-failed': noticeCard('myapp', { notice: 'repair-failed', reason: 'Caddy refused the route' }),
}
