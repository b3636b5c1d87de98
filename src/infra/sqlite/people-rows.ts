import type { Gives, Grant, Role } from '../../core/access.js'
import type { Departure } from '../../core/departure.js'
import type { Joining } from '../../core/joining.js'
import type { OneTimeCode } from '../../core/one-time-code.js'
import { scopeText, type Quota, type QuotaScope, type Resource } from '../../core/quota.js'
import type { Share, TransferOffer } from '../../core/sharing.js'
import type { Sighting } from '../../core/sighting.js'
import { parseSubject, type Subject } from '../../core/subject.js'
import type { Row } from './rows.js'

/** What this file writes as JSON it reads as the same type; the schema's migrations keep that true. */
function json<T>(value: Row[string] | undefined): T {
  return JSON.parse(String(value)) as T
}

function date(value: Row[string] | undefined): Date {
  return new Date(Number(value))
}

function dateOrNull(value: Row[string] | undefined): Date | null {
  return value === null || value === undefined ? null : date(value)
}

function textOrNull(value: Row[string] | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

export function subjectRow({ kind, platform, workspace, id }: Subject): Row {
  return { kind, platform, workspace, subject: id }
}

export function grantRow({ to, gives, until }: Grant, by: string | null, at: Date): Row {
  return {
    ...subjectRow(to),
    gives: JSON.stringify(gives),
    until: until?.getTime() ?? null,
    granted_by: by,
    at: at.getTime(),
  }
}

export function grantOf(row: Row): Grant {
  const to: Subject = {
    kind: String(row.kind) as Subject['kind'],
    platform: String(row.platform),
    workspace: String(row.workspace),
    id: String(row.subject),
  }
  return { to, gives: json<Gives>(row.gives), until: dateOrNull(row.until) }
}

export function roomOf(row: Row): Subject {
  return { kind: 'room', platform: String(row.platform), workspace: String(row.workspace), id: String(row.room) }
}

export function sightingOf(row: Row): Sighting {
  return {
    identity: { platform: String(row.platform), workspace: String(row.workspace), user: String(row.user) },
    kind: String(row.kind) as Sighting['kind'],
    id: String(row.id),
    at: date(row.at),
  }
}

export function codeOf(row: Row): OneTimeCode {
  return {
    seal: String(row.seal),
    purpose: String(row.purpose) as OneTimeCode['purpose'],
    person: textOrNull(row.person),
    expiresAt: date(row.expires_at),
  }
}

export function shareRow({ sandbox, person, by, at, until }: Share): Row {
  return { sandbox, person, shared_by: by, at: at.getTime(), until: until?.getTime() ?? null }
}

export function shareOf(row: Row): Share {
  return {
    sandbox: String(row.sandbox),
    person: String(row.person),
    by: String(row.shared_by),
    at: date(row.at),
    until: dateOrNull(row.until),
  }
}

export function offerRow({ sandbox, to, by, at, until }: TransferOffer): Row {
  return { sandbox, receiver: to, offered_by: by, at: at.getTime(), until: until.getTime() }
}

export function offerOf(row: Row): TransferOffer {
  return {
    sandbox: String(row.sandbox),
    to: String(row.receiver),
    by: String(row.offered_by),
    at: date(row.at),
    until: date(row.until),
  }
}

export function quotaRow({ of, resource, amount }: Quota): Row {
  return { scope: of.scope, of: scopeText(of), resource, amount }
}

export function quotaOf(row: Row): Quota {
  return {
    of: scopeOf(String(row.scope) as QuotaScope['scope'], String(row.of)),
    resource: String(row.resource) as Resource,
    amount: row.amount === null || row.amount === undefined ? null : Number(row.amount),
  }
}

function scopeOf(scope: QuotaScope['scope'], of: string): QuotaScope {
  switch (scope) {
    case 'total':
      return { scope }
    case 'role':
      return { scope, role: of as Role }
    case 'person':
      return { scope, person: of }
    case 'group': {
      const group = parseSubject(of)
      if (group === null) throw new Error(`the database holds a quota of ${of}, which is no group`)
      return { scope, group }
    }
  }
}

export function joiningRow({ id, from, to, at, moved }: Joining): Row {
  return { id, former: from, person: to, at: at.getTime(), moved: JSON.stringify(moved) }
}

export function joiningOf(row: Row): Joining {
  return {
    id: String(row.id),
    from: String(row.former),
    to: String(row.person),
    at: date(row.at),
    moved: json(row.moved),
  }
}

export function departureRow({ person, at, by, until, taken }: Departure): Row {
  return {
    person,
    at: at.getTime(),
    taken_out_by: by,
    until: until.getTime(),
    taken: JSON.stringify(taken),
  }
}

type StoredTaken = Omit<Departure['taken'], 'shares'> & {
  readonly shares: readonly { readonly sandbox: string; readonly until: string | null }[]
}

export function departureOf(row: Row): Departure {
  const taken = json<StoredTaken>(row.taken)
  return {
    person: String(row.person),
    at: date(row.at),
    by: textOrNull(row.taken_out_by),
    until: date(row.until),
    taken: {
      ...taken,
      shares: taken.shares.map(({ sandbox, until }) => ({
        sandbox,
        until: until === null ? null : new Date(until),
      })),
    },
  }
}
