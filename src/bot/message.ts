import type { PersonId } from '../core/person.js'
import type { StepState } from '../core/operation.js'

/** A command with its arguments by name: what a button does, what a form completes, what typed words become. */
export interface CommandCall {
  readonly command: string
  readonly args: Readonly<Record<string, string>>
}

/** Text is data, never markup: escaping is the renderer's job alone. */
export type Inline =
  | string
  | { readonly bold: string }
  | { readonly code: string }
  /** A command to type, without what a platform puts before it (`/sandbox`). */
  | { readonly command: string }
  | { readonly link: string; readonly url: string }
  | { readonly mention: PersonId; readonly name: string }
  | { readonly time: Date }

export interface Field {
  readonly label: string
  readonly value: readonly Inline[]
}

export interface StepLine {
  readonly label: string
  readonly detail: string
  readonly state: StepState
  readonly seconds: number | null
}

/** `Press` is what a button carries: a CommandCall as cards are made, an ActionToken as platforms get them. */
export type Button<Press = CommandCall> =
  | {
      readonly label: string
      readonly press: Press
      readonly style?: 'primary' | 'danger'
      /** What to ask first, where the platform can and no form asks anyway. */
      readonly confirm?: string
      /** Works once, and only for a quarter of an hour. */
      readonly once?: true
    }
  | { readonly label: string; readonly url: string }

export type Block<Press = CommandCall> =
  | { readonly block: 'text'; readonly inlines: readonly Inline[] }
  | { readonly block: 'fields'; readonly fields: readonly Field[] }
  | { readonly block: 'steps'; readonly steps: readonly StepLine[] }
  | { readonly block: 'code'; readonly text: string }
  | { readonly block: 'buttons'; readonly buttons: readonly Button<Press>[] }
  /** Files and images stand only in messages that are never edited. `base64`: their bytes. */
  | { readonly block: 'file'; readonly name: string; readonly base64: string }
  | { readonly block: 'image'; readonly alt: string; readonly base64: string }

export interface Message<Press = CommandCall> {
  /** The outcome, in the first line: state mark and all (`● myapp · running`). */
  readonly title?: string
  /** Beside the title, at its right where there is room: the owner, the time so far. */
  readonly aside?: string
  readonly tone?: 'good' | 'bad' | 'busy' | 'plain'
  readonly blocks: readonly Block<Press>[]
  /** Holds a password: never stored, never in a place where others read. */
  readonly secret?: true
}

/** Opaque, short (at most 64 bytes of A-Za-z0-9_.-), bound and expiring; what it does is in the database. */
export type ActionToken = string & { readonly brand: 'ActionToken' }

export type PlatformMessage = Message<ActionToken>

/** For what must be said without the database, in which buttons are remembered. */
export function withoutButtons(message: Message): PlatformMessage {
  return { ...message, blocks: message.blocks.filter((block) => block.block !== 'buttons') }
}
