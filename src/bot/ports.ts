import type { AuditEntry } from '../core/audit.js'
import type { Identity } from '../core/person.js'
import type { CommandCall } from './message.js'

/** Requests, each written down once before it is acknowledged. Synchronous: SQLite. */
export interface Inbox {
  put(eventKey: string, request: string, at: Date): 'new' | 'seen'
  unanswered(): readonly { readonly eventKey: string; readonly request: string; readonly at: Date }[]
  answered(eventKey: string, outcome: string): void
  /** What `answered` was given; null where that has not happened. */
  outcome(eventKey: string): string | null
}

/** One message as it should be now. `version` grows with every change of its body. */
export interface OutboxRow {
  readonly slot: string
  readonly target: string
  readonly body: string
  readonly version: number
  readonly ref: string | null
}

/** Messages by slot: what each should say now, and what was delivered. */
export interface OutboxStore {
  want(slot: string, target: string, body: string, at: Date): void
  /** Forgets one that was never delivered. */
  withdraw(slot: string): void
  /** Whose delivered version is not the wanted one, and whose time has come. */
  due(now: Date): readonly OutboxRow[]
  /** When the first of those that wait is due; null where none waits. */
  nextDue(now: Date): Date | null
  /** `ref` null: it was refused as it stands; a later version is a new message. */
  delivered(slot: string, version: number, ref: string | null): void
  postponed(slot: string, until: Date): void
  /** Those of this platform that wait are due now. */
  wake(platform: string): void
  /** Those of this person that were refused within the last day are to be delivered anew. */
  retryRefused(identity: Identity, now: Date): void
  get(slot: string): OutboxRow | undefined
}

/** What buttons do. `boundTo`: the one identity that may press it (`platform:workspace:user`); null for everybody. */
export interface Actions {
  remember(call: CommandCall, boundTo: string | null, expiresAt: Date): string
  /** One that works once: `take` forgets it. */
  rememberOnce(call: CommandCall, boundTo: string, expiresAt: Date): string
  find(id: string): StoredAction | undefined
  /** For one that works once: true the first time. */
  take(id: string): boolean
}

export interface StoredAction {
  readonly call: CommandCall
  readonly boundTo: string | null
  readonly expiresAt: Date
  readonly isOnce: boolean
}

/** What people did: entries that are added and never changed. */
export interface Audit {
  /** Its number. Within a transaction it is part of that. */
  append(entry: AuditEntry): number
  /** The newest first. */
  list(limit: number, filter: AuditFilter): readonly (AuditEntry & { readonly seq: number })[]
  /** Whether the end of this operation has its entry. */
  hasEnd(operation: string): boolean
}

/** What is left out is not asked for. */
export interface AuditFilter {
  readonly person?: string
  readonly sandbox?: string
  readonly command?: string
  readonly outcome?: string
  readonly since?: Date
}

/** Runs something later; the answer calls it off. */
export type Schedule = (ms: number, run: () => void) => () => void

/** Causes, for those who run the host. Never a secret. */
export type Log = (message: string, details: Readonly<Record<string, unknown>>) => void
