import { numberText } from '../../core/quota-words.js'
import {
  configured,
  groupsOf,
  resources,
  said,
  scopeText,
  totalOf,
  useOf,
  type Amounts,
  type QuotaScope,
  type Resource,
} from '../../core/quota.js'
import type { Settings, State } from '../../core/state.js'
import type { Field, Message } from '../message.js'
import { sentence } from './words.js'

const LABELS: Readonly<Record<Resource, string>> = {
  sandboxes: 'Sandboxes',
  running: 'Running',
  cpus: 'CPUs',
  memory: 'Memory',
  disk: 'Disk',
}

/** `2 of 5`, `2` where there is no limit. */
export function useFields(used: Amounts, allowed: Readonly<Record<Resource, number | null>>): readonly Field[] {
  return resources.map((resource) => {
    const limit = allowed[resource]
    const of = limit === null ? '' : ` of ${numberText(resource, limit)}`
    return { label: LABELS[resource], value: [`${numberText(resource, used[resource])}${of}`] }
  })
}

/** What is allowed, by whom it is set, and what all sandboxes take. */
export function quotasCard(state: State, settings: Settings): Message {
  const scopes: readonly QuotaScope[] = [
    { scope: 'role', role: 'member' },
    { scope: 'role', role: 'admin' },
    ...groupsOf(state, settings).map((group): QuotaScope => ({ scope: 'group', group })),
    ...state.quotas.map(({ of }) => of).filter((of) => of.scope === 'person'),
  ]
  const seen = new Set<string>()
  const fields = scopes.flatMap((of): Field[] => {
    const key = `${of.scope} ${scopeText(of)}`
    if (seen.has(key)) return []
    seen.add(key)
    return [{ label: nameOf(state, of), value: [limitsOf(state, settings, of)] }]
  })
  return {
    title: 'Quotas',
    tone: 'plain',
    blocks: [
      { block: 'fields', fields },
      sentence('All sandboxes together:'),
      { block: 'fields', fields: useFields(useOf(state.sandboxes), totalOf(state, settings)) },
      sentence(
        'To set one: `/sandbox admin quota member sandboxes 5`; whom: `member`, `admin`, `total`, a group or a person',
      ),
    ],
  }
}

function limitsOf(state: State, settings: Settings, of: QuotaScope): string {
  const limits = resources.flatMap((resource) => {
    const amount = said(state, settings, of, resource)
    if (amount === undefined) return []
    const from = configured(settings, of, resource) === undefined ? '' : ' (config.toml)'
    return [`${resource} ${amount === null ? 'without limit' : numberText(resource, amount)}${from}`]
  })
  return limits.length === 0 ? 'no limit' : limits.join(' · ')
}

function nameOf(state: State, of: QuotaScope): string {
  if (of.scope !== 'person') return scopeText(of)
  return state.persons.find((person) => person.id === of.person)?.name ?? of.person
}
