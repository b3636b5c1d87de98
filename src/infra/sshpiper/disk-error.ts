import { InfraError, type ForeignSystem } from '../../core/errors.js'

const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: "the host's disk is full",
  EDQUOT: "the host's disk is full",
  EROFS: "the host's disk is read-only",
  EACCES: 'Sandpiper may not write there',
  EPERM: 'Sandpiper may not write there',
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/**
 * What a failed file call means for people; waiting may heal each of them, once an operator has looked. Where it is not
 * the disk's fault, it is `system`'s.
 */
export function diskError(action: string, error: unknown, system: ForeignSystem = 'disk'): InfraError {
  const code = codeOf(error)
  const sentence = SENTENCES[code]
  const blamed = sentence === undefined ? system : 'disk'
  return new InfraError(blamed, 'later', `${blamed}: ${action}: ${code || String(error)}`, {
    ...(sentence === undefined ? {} : { sentence }),
    cause: error,
  })
}
