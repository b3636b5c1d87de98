import { InfraError } from './core/errors.js'
import { diskTroubleOf } from './infra/sqlite/disk-trouble.js'

const SENTENCES: Readonly<Record<string, string>> = {
  ENOSPC: 'its disk is full',
  EDQUOT: 'its disk is full',
  EROFS: 'it is read-only',
  EACCES: 'Sandpiper may not write there',
  EPERM: 'Sandpiper may not write there',
  ENOTDIR: 'a part of its path is no folder',
}

/** Why the service cannot start on its state folder, and what to do; null where something else is wrong. */
export function stateFolderTrouble(folder: string, error: unknown): Error | null {
  const why = ofFile(folder, error) ?? ofDatabase(error)
  if (why === null) return null
  const advice = 'Give it room and the right to write, or set another state_folder in [service].'
  return new Error(`The state folder ${folder} cannot be used: ${why}. ${advice}`, { cause: error })
}

function ofFile(folder: string, error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return null
  const isInside = String(error.path).startsWith(folder) || folder.startsWith(String(error.path))
  return isInside ? (SENTENCES[String(error.code)] ?? null) : null
}

function ofDatabase(error: unknown): string | null {
  const trouble = error instanceof InfraError ? error : diskTroubleOf(error)
  return trouble?.system === 'disk' ? (trouble.sentence ?? null) : null
}
