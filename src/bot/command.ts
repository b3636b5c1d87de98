import type { Need } from '../core/access.js'
import type { Edit } from '../core/edits.js'
import type { SeenHostKeys } from '../core/host-keys.js'
import type { Context } from '../core/operations/operation-context.js'
import type { Identity, PersonId } from '../core/person.js'
import type { KeySource, Sync } from '../core/ports.js'
import type { Sandbox, SandboxId } from '../core/sandbox.js'
import type { State } from '../core/state.js'
import type { Presence } from '../core/subject.js'
import type { Audience, CommandGroup } from './chat.js'
import type { Addresses } from './cards/addresses.js'
import type { Codes } from './codes.js'
import type { Message } from './message.js'
import type { Audit } from './ports.js'

export type Args = Readonly<Record<string, string>>

export interface Argument {
  readonly name: string
  readonly label: string
  readonly help: string
  /** `sandbox`: completed with the asker's own. `rest`: all words that are left, as they are. `flag`: 'yes' or absent. */
  readonly kind: 'text' | 'number' | 'choice' | 'sandbox' | 'rest' | 'flag'
  readonly choices: readonly string[]
  /** Asked for in a form where it is missing. */
  readonly required: (args: Args) => boolean
  /** Taken from words in their order; the others as `--name value`. */
  readonly positional: boolean
  /** A code that works once: what is written down of it is its seal. */
  readonly isCode: boolean
}

/** What a command may look at on the host. All is time-limited; throws InfraError. */
export interface HostLooks {
  /** PEM; null where browsers need none. */
  rootCertificate(): Promise<string | null>
  hostKeys(sandbox: Sandbox): Promise<SeenHostKeys>
}

/** What a command has at hand. The context is for core's operations; the rest is for answers. */
export interface Desk {
  readonly context: Context
  readonly addresses: Addresses
  readonly host: HostLooks
  readonly sync: Sync
  readonly commands: readonly Command[]
  /** Who asks, from where. */
  readonly presence: Presence
  /** The context as it is by now, for a command that has waited for something. */
  readonly afresh: () => Context
  readonly keySource: KeySource
  readonly codes: Codes
  readonly audit: Pick<Audit, 'list'>
  /** Tells the asker what is never written down, by direct message or else alone where they asked. False: it cannot be. */
  readonly tellAlone: (message: Message) => Promise<boolean>
}

/** `say`: nothing was changed. `edit`: these edits are one transaction with the answer. */
export type Answer =
  | { readonly answer: 'say'; readonly message: Message }
  | {
      readonly answer: 'edit'
      readonly edits: readonly Edit[]
      /** What to reply at once; null where an operation's progress is the reply. */
      readonly message: ((after: State) => Message) | null
      /** Sandboxes that follow although no edit names them. */
      readonly poke?: readonly SandboxId[]
      readonly interrupt?: SandboxId
      /** Whom else it concerns, and what they are told by direct message. */
      readonly tell?: (after: State) => readonly Telling[]
      /** Sandboxes that have another owner now, and whose they were. */
      readonly passed?: readonly { readonly sandbox: SandboxId; readonly former: PersonId }[]
      /** The edits are what a refusal leaves behind. */
      readonly isRefusal?: true
    }

export interface Telling {
  /** A person, where they last spoke; or just this one of their identities. */
  readonly to: PersonId | Identity
  readonly message: Message
}

/** With these arguments a command needs something else than without. */
export interface SpecialNeed {
  readonly args: Args
  readonly need: Need
  /** Said to those who may use the command otherwise. */
  readonly refusal: string
}

export interface Command {
  readonly name: string
  readonly summary: string
  /** Without the leading `/sandbox`. */
  readonly usage: string
  readonly args: readonly Argument[]
  readonly need: Need
  /** The first that fits counts. */
  readonly specialNeeds: readonly SpecialNeed[]
  readonly audience: Audience
  /** Asks in words of its own before data is lost. */
  readonly danger: boolean
  readonly group: CommandGroup
  /** Offered as a command of its own where a platform has such. */
  readonly isFrequent: boolean
  /** Takes something of the host, or of others: so many of them within a time. */
  readonly isCostly: (args: Args) => boolean
  readonly run: (desk: Desk, args: Args) => Answer | Promise<Answer>
}

export const always = (): boolean => true
const never = (): boolean => false

export function argument(name: string, label: string, help: string, more: Partial<Argument> = {}): Argument {
  return { name, label, help, kind: 'text', choices: [], required: never, positional: false, isCode: false, ...more }
}

/** The sandbox that a command is about: its first word. */
export const sandboxArgument: Argument = argument('sandbox', 'Sandbox', 'The name of the sandbox', {
  kind: 'sandbox',
  required: always,
  positional: true,
})

const usual = {
  specialNeeds: [],
  audience: 'caller',
  danger: false,
  group: 'sandbox',
  isFrequent: false,
  isCostly: never,
} as const

export function command(
  name: string,
  summary: string,
  usage: string,
  args: readonly Argument[],
  run: Command['run'],
  more: Partial<Command> = {},
): Command {
  // Deny by default: what is about a sandbox is for its owner, unless the command says otherwise.
  const need = args.some((one) => one.kind === 'sandbox') ? 'owner' : 'member'
  return { name, summary, usage, args, run, need, ...usual, ...more }
}

/** What the command needs of somebody who sends it with these arguments. */
export function needOf(command: Command, args: Args): Need {
  return specialNeedOf(command, args)?.need ?? command.need
}

export function specialNeedOf({ specialNeeds }: Command, args: Args): SpecialNeed | undefined {
  return specialNeeds.find((special) => Object.entries(special.args).every(([name, value]) => args[name] === value))
}

/** The needs of a command in all its forms: who has none of them cannot use it at all. */
export function needsOf({ need, specialNeeds }: Command): readonly Need[] {
  return [need, ...specialNeeds.map((special) => special.need)]
}

/** An answer that is nothing but the start of an operation. */
export function operation(edits: readonly Edit[]): Answer {
  return { answer: 'edit', edits, message: null }
}

export function say(message: Message): Answer {
  return { answer: 'say', message }
}

/** The value of an argument that may be left out. */
export function optional<Name extends string>(args: Args, name: Name): Partial<Record<Name, string>> {
  const value = args[name]
  const one: Partial<Record<string, string>> = value === undefined || value === '' ? {} : { [name]: value }
  return one
}
