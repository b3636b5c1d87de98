import { InfraError, type Retry } from '../../core/errors.js'

export const NO_IMAGE = 'the image does not exist'

interface Rule {
  readonly words: RegExp
  readonly retry: Retry
  readonly sentence?: string
}

/** Incus' own words, the first match wins. What is not in it is judged by its HTTP status. */
const RULES: readonly Rule[] = [
  {
    words: /ENOENT.*\.socket|EACCES|ECONNREFUSED|ECONNRESET|EPIPE|other side closed|UND_ERR_SOCKET/i,
    retry: 'later',
    sentence: 'the host’s Incus does not answer',
  },
  {
    words: /TimeoutError|timed out|UND_ERR_\w*TIMEOUT|aborted due to timeout|deadline exceeded|i\/o timeout/i,
    retry: 'later',
    sentence: 'the host’s Incus did not answer in time',
  },
  {
    words: /no such host|network is unreachable|no route to host|TLS handshake/i,
    retry: 'later',
    sentence: 'the image server cannot be reached',
  },
  {
    words: /no space left|disk quota exceeded|not enough (free )?space/i,
    retry: 'later',
    sentence: 'the host’s storage is full',
  },
  {
    words:
      /image not provided|image not found|couldn't be found|failed getting (remote )?image|error parsing image name|manifest unknown/i,
    retry: 'never',
    sentence: NO_IMAGE,
  },
  {
    words: /ip address .* (already|in use)|already (allocated|defined|in use)|conflicting/i,
    retry: 'never',
    sentence: 'the address is already in use',
  },
  { words: /already exists/i, retry: 'never', sentence: 'something of this name is there already' },
  { words: /not authorized|forbidden|permission denied/i, retry: 'never', sentence: 'Incus does not let us do this' },
  { words: /busy|is currently|already running a/i, retry: 'later', sentence: 'the instance is busy' },
  { words: /not found/i, retry: 'never' },
]

class IncusError extends InfraError {
  constructor(
    retry: Retry,
    message: string,
    /** HTTP status, or that of the failed operation; 0 where no answer came. */
    readonly status: number,
    readonly words: string,
    options: { sentence?: string; cause?: unknown },
  ) {
    super('incus', retry, message, options)
  }
}

/** `action` names verb and object ("POST /1.0/instances"); `status` is 0 where no answer came. */
export function incusError(action: string, words: string, status: number, cause?: unknown): IncusError {
  const rule = RULES.find((candidate) => candidate.words.test(words))
  const retry = rule?.retry ?? (status >= 400 && status < 500 ? 'never' : 'later')
  return new IncusError(retry, `${action}: ${words}`, status, words, {
    ...(rule?.sentence === undefined ? {} : { sentence: rule.sentence }),
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The words of whatever a connection threw: code and message, never a stack. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code} ` : ''
  return `${error.name} ${code}${error.message}`
}

export function isGone(error: unknown): boolean {
  return error instanceof IncusError && error.status === 404
}

export function says(error: unknown, words: RegExp): boolean {
  return error instanceof IncusError && words.test(error.words)
}
