import type { Identity } from '../core/person.js'
import type { ActionToken, CommandCall, PlatformMessage } from './message.js'

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
  /** What is already known; the answers are added to its args. */
  readonly call: CommandCall
  readonly fields: readonly FormField[]
}

export type ChatInput =
  /** A typed line, without the leading `/sandbox`. */
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'press'; readonly token: ActionToken }
  | { readonly kind: 'form'; readonly call: CommandCall }
  | { readonly kind: 'complete'; readonly text: string }

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
}

export interface CommandMenuEntry {
  readonly name: string
  readonly summary: string
  readonly usage: string
}

export type PlatformHealth = { readonly state: 'up' } | { readonly state: 'down'; readonly reason: string }

/** Every member is required; a platform that lacks a thing keeps the promise in its own way. */
export interface ChatPlatform {
  readonly name: string
  start(menu: readonly CommandMenuEntry[], router: Router): Promise<void>
  stop(): Promise<void>
  /** To all who read the place, or to one asker alone there. `caller` never widens. */
  post(place: PlaceId, to: Identity | 'all', message: PlatformMessage): Promise<MessageRef>
  edit(ref: MessageRef, message: PlatformMessage): Promise<void>
  /** Closed direct messages are an answer, not an exception. */
  direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'>
  health(): PlatformHealth
}
