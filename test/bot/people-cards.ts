import { grantedCard, grantsCard, peopleCard } from '../../src/bot/cards/access.js'
import { auditCard, auditLine } from '../../src/bot/cards/audit.js'
import {
  codeCard,
  codeSent,
  identitiesCard,
  linkedCard,
  linkedNotice,
  partedCard,
} from '../../src/bot/cards/linking.js'
import {
  collaboratorLeft,
  inheritedCard,
  leftCard,
  offboardedCard,
  partlyLeftCard,
  restoredCard,
} from '../../src/bot/cards/offboarding.js'
import { quotasCard } from '../../src/bot/cards/quotas.js'
import { notAmongYours, notForMembers, refusal } from '../../src/bot/cards/refusal.js'
import { sandboxCard } from '../../src/bot/cards/sandbox-card.js'
import {
  noLongerShared,
  offeredCard,
  offeredToYou,
  passedCard,
  sharedWithYou,
  sharesCard,
} from '../../src/bot/cards/sharing.js'
import type { Message } from '../../src/bot/message.js'
import type { Grant } from '../../src/core/access.js'
import type { AuditEntry } from '../../src/core/audit.js'
import { UserError } from '../../src/core/errors.js'
import type { Identity, Person } from '../../src/core/person.js'
import type { Settings, State } from '../../src/core/state.js'
import { aSandbox, aState, noAccess, noQuotas } from '../core/sandbox-fixture.js'

const now = new Date('2026-01-01T00:02:00Z')
const later = new Date('2026-01-08T12:00:00Z')
const slack: Identity = { platform: 'slack', workspace: 'T1', user: 'U1' }
const phone: Identity = { platform: 'telegram', workspace: '', user: '77' }
const ada: Person = {
  id: 'ada',
  name: 'Ada',
  identities: [{ platform: 'console', workspace: '', user: 'ada' }],
  isMuted: false,
}
const grace: Person = { id: 'grace', name: 'Grace', identities: [slack, phone], isMuted: false }
const sandbox = aSandbox()
const share = { sandbox: sandbox.id, person: 'grace', by: 'ada', at: now, until: later }
const addresses = {
  url: (host: string): string => `https://${host}`,
  sshLine: (name: string): string => `ssh ${name}@box.example.com`,
}
const grants: readonly Grant[] = [
  { to: { kind: 'user', platform: 'slack', workspace: 'T1', id: 'U1' }, gives: 'admin', until: null },
  { to: { kind: 'group', platform: 'discord', workspace: '', id: '123' }, gives: ['list', 'show'], until: later },
]
const state: State = aState({
  sandboxes: [sandbox, aSandbox({ id: 'sb2y', name: 'blog', power: 'stopped' })],
  persons: [ada, grace],
  shares: [share],
  grants,
  rooms: [{ kind: 'room', platform: 'slack', workspace: 'T1', id: 'C9' }],
  quotas: [{ of: { scope: 'person', person: 'grace' }, resource: 'running', amount: null }],
})
const settings: Settings = {
  base: 'box.example.com',
  templates: [],
  agentPort: 9999,
  sshPort: 22,
  reservedNames: [],
  pins: null,
  access: { ...noAccess, members: [{ platform: 'console', workspace: '', user: 'ada' }] },
  quotas: {
    ...noQuotas,
    roles: { member: { sandboxes: 3, memory: 16 * 2 ** 30 }, admin: {} },
    total: { sandboxes: 40 },
  },
}
const entry: AuditEntry & { seq: number } = {
  seq: 7,
  at: now,
  identity: 'slack:T1:U1',
  person: 'grace',
  command: 'stop',
  args: { sandbox: 'myapp' },
  sandbox: 'myapp',
  place: 'C9',
  outcome: 'started',
  operation: 'op1',
  detail: '',
}
const refused: typeof entry = {
  ...entry,
  seq: 8,
  command: 'delete',
  outcome: 'refused',
  detail: "Only myapp's owner, Ada, or an admin can delete it.",
}
const departure = (taken: Partial<Parameters<typeof offboardedCard>[3]['taken']>): Message =>
  offboardedCard(state, settings, grace, {
    person: 'grace',
    at: now,
    by: 'ada',
    until: later,
    taken: { stopped: [], passed: [], shares: [], ...taken },
  })
const used = 'You use 3 of 3 sandboxes. Deleting or handing over one makes room. `blog` is stopped.'

/** Every card about who may do what, by the name of its golden. */
export const peopleCards: Readonly<Record<string, Message>> = {
  grants: grantsCard(state, settings, now),
  'grants-none': grantsCard(aState(), { ...settings, access: noAccess }, now),
  granted: grantedCard({ ...(grants[0] as Grant), until: later }),
  'granted-some': grantedCard(grants[1] as Grant),
  people: peopleCard(state, [ada, grace]),
  shares: sharesCard(state, sandbox),
  'shares-none': sharesCard(aState(), sandbox),
  'shares-added': sharesCard(state, sandbox, 'myapp is shared with Grace'),
  'shared-with-you': sharedWithYou(state, sandbox, ada, 'grace', addresses),
  'shared-no-longer': noLongerShared('myapp', 'Ada'),
  'shared-until-now': noLongerShared('myapp', null),
  'sandbox-shared': sandboxCard(state, sandbox, addresses, now),
  'transfer-offered': offeredCard(sandbox, grace),
  'transfer-offered-to-you': offeredToYou(sandbox, ada, later),
  'transfer-passed': passedCard('myapp', 'Grace'),
  'link-code': codeCard('7QXD-4F2K', 10),
  'link-code-sent': codeSent(),
  linked: linkedCard(grace, phone),
  'linked-notice': linkedNotice(phone),
  identities: identitiesCard(grace),
  'identities-one': identitiesCard(ada),
  parted: partedCard('Grace', phone),
  audit: auditCard(state, [refused, entry], false),
  'audit-many': auditCard(
    state,
    Array.from({ length: 20 }, (_, at) => ({ ...entry, seq: 20 - at })),
    true,
  ),
  'audit-none': auditCard(state, [], false),
  'audit-mirrored': auditLine(state, refused),
  quotas: quotasCard(state, settings),
  'refusal-quota': refusal(
    new UserError('quota', used, [{ label: 'Delete blog', command: 'delete', args: { sandbox: 'blog' } }]),
  ),
  'refusal-limited': notAmongYours('create', ['list', 'show', 'help', 'whoami']),
  'refusal-special': notForMembers('Only an admin sees those of everybody. Yours: `/sandbox list`'),
  offboarded: departure({ stopped: [sandbox.id] }),
  'offboarded-heir': departure({
    passed: [{ sandbox: sandbox.id, heir: 'ada' }],
    shares: [{ sandbox: 'sb2y', until: null }],
  }),
  'offboarded-restored': restoredCard(grace),
  'left-asked': leftCard(grace, slack),
  'left-partly': partlyLeftCard(grace, phone),
  'left-collaborator': collaboratorLeft('myapp', grace),
  inherited: inheritedCard('myapp', grace),
}
