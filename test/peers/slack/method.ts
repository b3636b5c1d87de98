import type { MethodArguments } from './payload-types.js'
import type { Tickets } from './tickets.js'
import type { Triggers } from './triggers.js'
import type { Workspace } from './workspace.js'

/** What a method works on. */
export interface Ground {
  readonly workspace: Workspace
  readonly triggers: Triggers
  readonly tickets: Tickets
  /** Where this server is: `http://127.0.0.1:1234`. */
  readonly origin: () => string
}

export interface Method<Arguments> {
  /** The scope that the bot's token needs; null where none. */
  readonly scope: string | null
  /** Returns what the answer holds beside `ok: true`; throws Refused. */
  run(given: Arguments, ground: Ground): Readonly<Record<string, unknown>>
}

export type Methods<Names extends keyof MethodArguments> = { readonly [Name in Names]: Method<MethodArguments[Name]> }
