import type { Identity } from '../core/person.js'
import type { Argument } from './command.js'
import type { ActionToken, CommandCall, PlatformMessage } from './message.js'

/**
 * Where an answer goes, in the platform's own terms: opaque above the adapter, storable as text. It may carry more than
 * the channel: a thread, a topic, the event that is answered.
 */
export type PlaceId = string

/** Where a delivered message is, in the platform's own terms; opaque above the adapter, storable as text. */
export type MessageRef = string

export interface FormField {
  readonly name: string
  readonly label: string
  readonly help: string
  readonly kind: 'text' | 'long' | 'number' | 'choice'
  readonly choices: readonly string[]
  readonly value: string
  readonly required: boolean
}

/** A command's missing arguments, asked in the platform's own way. */
export interface Form {
  readonly title: string
  readonly text: string
  readonly submit: string
  readonly danger: boolean
  /** What is known already; read only, for what the platform shows. */
  readonly call: CommandCall
  /** Carried back with the answers: it stands for the call, and is bound to the asker. */
  readonly token: ActionToken
  readonly fields: readonly FormField[]
}

export type ChatInput =
  /** A typed line, without the leading `/sandbox`. */
  | { readonly kind: 'words'; readonly text: string }
  /** A command with its arguments by name, from a platform's own typed options. */
  | { readonly kind: 'call'; readonly call: CommandCall }
  | { readonly kind: 'press'; readonly token: ActionToken }
  | { readonly kind: 'form'; readonly token: ActionToken; readonly answers: Readonly<Record<string, string>> }
  /** What the last word of a typed line may become. */
  | { readonly kind: 'complete'; readonly text: string }
  /** What the argument of a call may become: of `begin`, what has been typed of it. */
  | { readonly kind: 'choices'; readonly command: string; readonly argument: string; readonly begin: string }

/** `caller`: the asker alone sees the answer; it never widens. */
export type Audience = 'caller' | 'place'

export type Parsed =
  | { readonly kind: 'run'; readonly audience: Audience; readonly call: CommandCall }
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'complete'; readonly choices: readonly string[] }
  | { readonly kind: 'refuse'; readonly message: PlatformMessage }

export interface Asker {
  readonly identity: Identity
  /** A label, for what people read. */
  readonly name: string
  readonly place: PlaceId
  /** The channel or chat by its own id, the same for every event in it: what a grant can name. */
  readonly room: string
  /** Nobody else reads the place: a direct message with the bot. */
  readonly isPrivate: boolean
  /**
   * Ids of the roles or user groups that the platform says the asker has; in a private place none need be said. Where
   * identities are the same in every workspace, the workspace's own id is among them.
   */
  readonly groups: readonly string[]
}

/** A request as an adapter hands it over. `eventKey` is the platform's own id of the event: the same twice is one. */
export interface ChatRequest {
  readonly asker: Asker
  readonly eventKey: string
  readonly sentAt: Date
}

/** How a request ended, for a caller that waits (`sandpiper say`): an operation has gone all its way. */
export type Outcome = 'done' | 'refused' | 'failed'

/** `refused`: not null where the request could not even be written down; it tells the asker alone why. */
export interface Accepted {
  readonly ended: Promise<Outcome>
  readonly refused: PlatformMessage | null
}

export interface Router {
  /** Synchronous and local. */
  parse(asker: Asker, input: ChatInput): Parsed
  /** Writes the request down: it may be acknowledged once `accept` returns. Never throws. */
  accept(request: ChatRequest, call: CommandCall, audience: Audience): Accepted
  /** What a person has here, for a platform that gives each one a page of their own. Synchronous and local. */
  home(asker: Asker): PlatformMessage
  /** This one can be reached by direct message from now on: what waited for that is delivered. */
  reachable(identity: Identity): void
  /** This one is not in the workspace any more, or in none of the places where the bot is. Never throws. */
  left(identity: Identity): void
  /** A room goes on under another id: what was granted to it goes with it. Never throws. */
  moved(room: { readonly platform: string; readonly workspace: string; readonly id: string }, to: string): void
  /** The platform is there (again): what waits for it is delivered now. */
  connected(platform: string): void
}

/** A command as a platform's own menu shows it. */
export interface CommandMenuEntry {
  readonly name: string
  readonly summary: string
  readonly usage: string
  readonly group: CommandGroup
  /** Offered as a command of its own where a platform has such. */
  readonly isFrequent: boolean
  readonly needsAdmin: boolean
  readonly args: readonly Argument[]
}

/** For platforms that limit how many commands one may hold. */
export type CommandGroup = 'sandbox' | 'me' | 'admin'

/** `down`: with what to do about it, a sentence for operators. */
export type PlatformHealth =
  | { readonly state: 'up' }
  | { readonly state: 'connecting' }
  | { readonly state: 'down'; readonly reason: string; readonly fix: string }

/** In a place, for all or for one alone; or in a person's direct messages. */
export type Destination = { readonly place: PlaceId; readonly to: Identity | 'all' } | { readonly direct: Identity }

/** A limit of the platform's: at most so many deliveries a minute under this key. */
export interface Budget {
  readonly key: string
  readonly perMinute: number
}

/** Every member is required; a platform that lacks a thing keeps the promise in its own way. */
export interface ChatPlatform {
  readonly name: string
  /** Resolves when it takes requests or goes on trying to; rejects only where it never can. */
  start(menu: readonly CommandMenuEntry[], router: Router): Promise<void>
  stop(): Promise<void>
  /**
   * To all who read the place, or to one asker alone there. `live`: it will be edited. `refused`: the asker alone cannot
   * be reached, until `Router.reachable`. Throws RateLimited, PlatformRefusal, or anything else for "try again".
   */
  post(place: PlaceId, to: Identity | 'all', message: PlatformMessage, live: boolean): Promise<MessageRef | 'refused'>
  /** Answers where the message is from now on. `gone`: people removed it. Throws and refuses as `post` does. */
  edit(ref: MessageRef, message: PlatformMessage, live: boolean): Promise<MessageRef | 'refused' | 'gone'>
  /** Closed direct messages are an answer, not an exception. Throws as `post` does. */
  direct(identity: Identity, message: PlatformMessage, live: boolean): Promise<MessageRef | 'refused'>
  /** All limits that a delivery there counts against. */
  budgets(destination: Destination, kind: 'post' | 'edit'): readonly Budget[]
  health(): PlatformHealth
  /** The link by which an operator brings the bot to where people are; null where there is none. */
  invitation(): string | null
}

/** The platform takes nothing more for so long, there (`destination`) or anywhere (`platform`). */
export class RateLimited extends Error {
  override readonly name = 'RateLimited'

  constructor(
    readonly scope: 'destination' | 'platform',
    readonly retryAfterMs: number,
  ) {
    super(`rate limited for ${retryAfterMs} ms`)
  }
}

/** The platform refused this very message; the same again would be refused again. `message` holds no secret. */
export class PlatformRefusal extends Error {
  override readonly name = 'PlatformRefusal'
}
