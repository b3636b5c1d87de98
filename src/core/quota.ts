import { accessOf, presencesOf, type Role } from './access.js'
import type { PersonId } from './person.js'
import type { Sandbox } from './sandbox.js'
import type { Settings, State } from './state.js'
import { isMeant, sameSubject, subjectText, type Presence, type Subject } from './subject.js'

/** What is counted. CPUs as a number, memory and disk in bytes: what sandboxes may use, not what they do. */
export const resources = ['sandboxes', 'running', 'cpus', 'memory', 'disk'] as const
export type Resource = (typeof resources)[number]

export type Amounts = Readonly<Record<Resource, number>>
/** What is left out is not said here; null is said to have no limit. */
export type Allowance = Readonly<Partial<Record<Resource, number | null>>>

/** Whose limit it is. */
export type QuotaScope =
  | { readonly scope: 'total' }
  | { readonly scope: 'role'; readonly role: Role }
  | { readonly scope: 'group'; readonly group: Subject }
  | { readonly scope: 'person'; readonly person: PersonId }

/** A limit that was set by command. */
export interface Quota {
  readonly of: QuotaScope
  readonly resource: Resource
  /** Null: no limit. */
  readonly amount: number | null
}

export interface QuotaSettings {
  readonly total: Allowance
  readonly roles: Readonly<Record<Role, Allowance>>
  readonly groups: readonly { readonly group: Subject; readonly allowance: Allowance }[]
  /** What of the host is always left free, in bytes. */
  readonly headroom: { readonly memory: number; readonly disk: number }
}

type QuotaConfig = Pick<Settings, 'access' | 'quotas'>

/** Where nobody has said anything. */
const USUAL: Readonly<Record<Role, Allowance>> = { member: { sandboxes: 5 }, admin: {} }

const NOTHING_USED: Amounts = { sandboxes: 0, running: 0, cpus: 0, memory: 0, disk: 0 }

/** What these sandboxes take. One that is being deleted takes nothing more. */
export function useOf(sandboxes: readonly Sandbox[]): Amounts {
  return sandboxes
    .filter((sandbox) => sandbox.phase !== 'deleting')
    .map(takes)
    .reduce((sum, one) => mapped((resource) => sum[resource] + one[resource]), NOTHING_USED)
}

/** What one sandbox takes as it is. */
export function takes(sandbox: Sandbox): Amounts {
  const { cpus, memory, disk } = sandbox.spec.limits
  return { sandboxes: 1, running: isRunning(sandbox) ? 1 : 0, cpus, memory, disk }
}

/** Null: no limit. Of the person's groups the largest counts; what is said of the person alone goes before that. */
export function allowanceOf(
  state: State,
  settings: QuotaConfig,
  presence: Presence,
  person: PersonId,
  now: Date,
): Readonly<Record<Resource, number | null>> {
  const role = accessOf(state, settings, presence, now).role ?? 'member'
  const presences = [presence, ...presencesOf(state, settings, presence, now)]
  const groups = groupsOf(state, settings).filter((group) => presences.some((one) => isMeant(group, one)))
  return mapped((resource) => {
    const own = byCommand(state, { scope: 'person', person }, resource)
    if (own !== undefined) return own
    const ofGroups = groups.map((group) => said(state, settings, { scope: 'group', group }, resource)).filter(isSaid)
    if (ofGroups.length > 0) return ofGroups.includes(null) ? null : Math.max(...ofGroups.map((one) => one ?? 0))
    return said(state, settings, { scope: 'role', role }, resource) ?? null
  })
}

/** Null: no limit. */
export function totalOf(state: State, settings: QuotaConfig): Readonly<Record<Resource, number | null>> {
  return mapped((resource) => said(state, settings, { scope: 'total' }, resource) ?? null)
}

/** What config.toml says of the scope, which wins over what was set by command; undefined where neither says anything. */
export function said(
  state: State,
  settings: QuotaConfig,
  of: QuotaScope,
  resource: Resource,
): number | null | undefined {
  const all = [configured(settings, of, resource), byCommand(state, of, resource), usual(of, resource)]
  return all.find((one) => one !== undefined)
}

export function configured({ quotas }: QuotaConfig, of: QuotaScope, resource: Resource): number | null | undefined {
  switch (of.scope) {
    case 'total':
      return quotas.total[resource]
    case 'role':
      return quotas.roles[of.role][resource]
    case 'group':
      return quotas.groups.find((one) => sameSubject(one.group, of.group))?.allowance[resource]
    case 'person':
      return undefined
  }
}

/** The groups of whom something is said, by the configuration or by command. */
export function groupsOf(state: State, { quotas }: QuotaConfig): readonly Subject[] {
  return [
    ...quotas.groups.map((one) => one.group),
    ...state.quotas.flatMap(({ of }) => (of.scope === 'group' ? [of.group] : [])),
  ]
}

/** Its key in the database, and what people type: `total`, `member`, `group:discord:123`; a person's is their id. */
export function scopeText(of: QuotaScope): string {
  switch (of.scope) {
    case 'total':
      return 'total'
    case 'role':
      return of.role
    case 'group':
      return subjectText(of.group)
    case 'person':
      return of.person
  }
}

function byCommand(state: State, of: QuotaScope, resource: Resource): number | null | undefined {
  const key = scopeText(of)
  return state.quotas.find((one) => one.of.scope === of.scope && one.resource === resource && scopeText(one.of) === key)
    ?.amount
}

function usual(of: QuotaScope, resource: Resource): number | null | undefined {
  return of.scope === 'role' ? USUAL[of.role][resource] : undefined
}

function isRunning({ phase, power, ask }: Sandbox): boolean {
  if (phase === 'creating') return true
  if (phase !== 'ready') return false
  return ask === null ? power === 'running' : ask.power !== 'stop'
}

function isSaid(amount: number | null | undefined): amount is number | null {
  return amount !== undefined
}

function mapped<T>(value: (resource: Resource) => T): Readonly<Record<Resource, T>> {
  return {
    sandboxes: value('sandboxes'),
    running: value('running'),
    cpus: value('cpus'),
    memory: value('memory'),
    disk: value('disk'),
  }
}
