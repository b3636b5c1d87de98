/** A command that would work instead; shown as a button beside a refusal. */
export interface Offer {
  readonly label: string
  readonly command: string
  readonly args: Readonly<Record<string, string>>
}

export type UserErrorCode =
  | 'invalid'
  | 'not-found'
  | 'not-allowed'
  | 'name-taken'
  | 'quota'
  | 'busy'
  | 'not-running'
  | 'host-away'
  | 'gone'
  | 'wrong-code'
  | 'too-often'

/** A refusal. Its message is a whole sentence written for the person who asked; it is shown as it is. */
export class UserError extends Error {
  constructor(
    readonly code: UserErrorCode,
    message: string,
    readonly offers: readonly Offer[] = [],
  ) {
    super(message)
    this.name = 'UserError'
  }
}

export type ForeignSystem = 'incus' | 'caddy' | 'sshpiper' | 'dns' | 'agent' | 'chat' | 'disk' | 'keys'

/** `later`: waiting may heal it. `never`: the same request would fail again. */
export type Retry = 'later' | 'never'

/**
 * A foreign system failed. `message` names action and object for the log; `sentence`, where given, is the part of it
 * that a person may read ("the image `x` does not exist"). Neither ever holds a secret. `afterMs`: it said, or we know,
 * how long to wait before asking again.
 */
export class InfraError extends Error {
  readonly sentence: string | undefined
  readonly afterMs: number | undefined

  constructor(
    readonly system: ForeignSystem,
    readonly retry: Retry,
    message: string,
    options: { sentence?: string; afterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'InfraError'
    this.sentence = options.sentence
    this.afterMs = options.afterMs
  }
}
