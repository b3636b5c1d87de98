import type { Log } from '../../../bot/ports.js'
import type { Clock } from '../../../core/ports.js'

/** How events come: through sockets that the bot opens, or as signed requests to an address of its own. */
export type Way =
  | { readonly way: 'socket'; readonly appToken: string }
  | { readonly way: 'requests'; readonly signingSecret: string; readonly host: string; readonly port: number }

export interface SlackOptions {
  readonly botToken: string
  readonly receive: Way
  /** The Web API's address, with its last slash. */
  readonly apiUrl: string
  readonly clock: Clock
  readonly log: Log
}
