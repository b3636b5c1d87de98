import type { Edit } from './edits.js'
import { UserError, type Offer } from './errors.js'
import type { HostRoom } from './host-room.js'
import { amountText, resourceWords, usedText } from './quota-words.js'
import { allowanceOf, resources, takes, totalOf, useOf, type Amounts, type Resource } from './quota.js'
import type { Sandbox } from './sandbox.js'
import { sandboxById, type Settings, type State } from './state.js'
import type { Presence } from './subject.js'
import { checkHeadroom } from './headroom.js'

export interface QuotaQuestion {
  readonly before: State
  /** As it is with the edits, inside of their transaction: two requests at once cannot both pass. */
  readonly after: State
  readonly edits: readonly Edit[]
  readonly settings: Settings
  /** Whose word it is. */
  readonly actor: string
  readonly presence: Presence
  /** Null: the host has not said. */
  readonly room: HostRoom | null
  readonly now: Date
}

export interface Taking {
  readonly sandbox: Sandbox
  readonly resources: readonly Resource[]
}

/** Throws UserError ('quota') where the edits take more than is allowed, with what would free room. */
export function checkQuotas(question: QuotaQuestion): void {
  for (const taking of takingsOf(question)) {
    checkPerson(question, taking)
    checkTotal(question, taking)
    checkHeadroom(question, taking)
  }
}

/** The sandboxes that take something which they did not take before. */
function takingsOf({ before, after, edits, actor }: QuotaQuestion): readonly Taking[] {
  return edits.flatMap((edit): Taking[] => {
    if (edit.edit !== 'sandbox.add' && edit.edit !== 'sandbox.want') return []
    const sandbox = sandboxById(after, edit.edit === 'sandbox.add' ? edit.sandbox.id : edit.id)
    if (sandbox === undefined) return []
    if (edit.edit === 'sandbox.add') return [{ sandbox, resources }]
    // Joining accounts makes one person's of what was one person's all the time.
    if (edit.owner !== undefined) return edit.owner === actor ? [{ sandbox, resources }] : []
    const former = sandboxById(before, edit.id)
    if (former === undefined) return []
    const [then, now] = [takes(former), takes(sandbox)]
    return [{ sandbox, resources: resources.filter((resource) => now[resource] > then[resource]) }]
  })
}

function checkPerson(question: QuotaQuestion, { sandbox, resources: taken }: Taking): void {
  const { after, settings, presence, actor, now } = question
  const isOwn = sandbox.owner === actor
  const owner = after.persons.find((person) => person.id === sandbox.owner)
  const [identity] = owner?.identities ?? []
  if (owner === undefined || (!isOwn && identity === undefined)) return
  const theirs: Presence =
    isOwn || identity === undefined ? presence : { identity, groups: [], room: '', isPrivate: true }
  const allowed = allowanceOf(after, settings, theirs, owner.id, now)
  const sandboxes = after.sandboxes.filter((one) => one.owner === owner.id)
  const used = useOf(sandboxes)
  for (const resource of taken) {
    const limit = allowed[resource]
    if (limit === null || used[resource] <= limit) continue
    const before = used[resource] - takes(sandbox)[resource]
    const others = sandboxes.filter((one) => one.id !== sandbox.id)
    const who = isOwn ? 'You use' : `${owner.name} uses`
    const more = takes(sandbox)[resource]
    const lead = `${who} ${usedText(resource, before, limit)}${moreText(resource, before, limit, more)}.`
    throw new UserError('quota', `${lead} ${remedy(resource, others)}`, isOwn ? offersOf(resource, others) : [])
  }
}

function checkTotal({ after, settings }: QuotaQuestion, { sandbox, resources: taken }: Taking): void {
  const allowed = totalOf(after, settings)
  const used: Amounts = useOf(after.sandboxes)
  for (const resource of taken) {
    const limit = allowed[resource]
    if (limit === null || used[resource] <= limit) continue
    const before = used[resource] - takes(sandbox)[resource]
    const more = moreText(resource, before, limit, takes(sandbox)[resource])
    throw new UserError(
      'quota',
      `All sandboxes here together use ${usedText(resource, before, limit)}${more}. ${resourceWords[resource].frees} Or an admin raises it: \`/sandbox admin quota total\``,
    )
  }
}

/** Where a number alone does not show why it is too much: `6 of 8 CPUs, and this takes 4 more`. */
function moreText(resource: Resource, before: number, limit: number, more: number): string {
  return before >= limit ? '' : `, and this takes ${amountText(resource, more)} more`
}

function remedy(resource: Resource, others: readonly Sandbox[]): string {
  const { frees } = resourceWords[resource]
  const [first] = candidates(resource, others)
  if (first === undefined) return frees
  return resource === 'running' ? `${frees} \`${first.name}\` runs.` : `${frees} \`${first.name}\` ${hintOf(first)}.`
}

function hintOf({ power, createdAt }: Sandbox): string {
  return power === 'stopped' ? 'is stopped' : `is the oldest, of ${createdAt.toISOString().slice(0, 10)}`
}

function offersOf(resource: Resource, others: readonly Sandbox[]): readonly Offer[] {
  const command = resource === 'running' ? 'stop' : 'delete'
  const label = resource === 'running' ? 'Stop' : 'Delete'
  return candidates(resource, others)
    .slice(0, 2)
    .map(({ name }) => ({ label: `${label} ${name}`, command, args: { sandbox: name } }))
}

/** Those whose going would make room, the likeliest first: what is stopped before what runs, the older before the newer. */
function candidates(resource: Resource, others: readonly Sandbox[]): readonly Sandbox[] {
  const rank = (one: Sandbox): number => (one.power === 'stopped' ? 0 : 1)
  return others
    .filter((one) => one.phase === 'ready' && (resource !== 'running' || one.power === 'running'))
    .toSorted((a, b) => rank(a) - rank(b) || a.createdAt.getTime() - b.createdAt.getTime())
}
