import { InfraError } from '../../core/errors.js'

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

/** What a failed file call means for people; waiting may heal each of them, once an operator has looked. */
export function diskError(action: string, error: unknown): InfraError {
  const sentence = SENTENCES[codeOf(error)]
  return new InfraError('disk', 'later', `disk: ${action}: ${codeOf(error) || String(error)}`, {
    ...(sentence === undefined ? {} : { sentence }),
    cause: error,
  })
}
