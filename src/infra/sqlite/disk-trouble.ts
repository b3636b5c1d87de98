import { InfraError } from '../../core/errors.js'

const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^SQLITE_FULL/, 'the disk of the state folder is full'],
  [/^SQLITE_READONLY/, 'the state folder is read-only'],
  [/^SQLITE_(IOERR|CANTOPEN)/, 'the disk of the state folder cannot be read or written'],
]

/** Runs what writes to the database. Throws InfraError ('disk') with words for people where the disk under it fails. */
export function writing<T>(write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw diskTroubleOf(error) ?? error
  }
}

/** What SQLite says where the disk under it fails (https://sqlite.org/rescode.html), for people; else null. */
export function diskTroubleOf(error: unknown): InfraError | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const sentence = SENTENCES.find(([codes]) => codes.test(code))?.[1]
  return sentence === undefined ? null : new InfraError('disk', 'later', `sqlite: ${code}`, { sentence, cause: error })
}
