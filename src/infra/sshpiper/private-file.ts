import { link, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from './disk-error.js'

/** Writes a file that only its owner may read, and waits until it is on the disk. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The same under its final name at once: whole or not at all. What is there already is replaced. */
export async function writePrivateAtomically(path: string, text: string, aside: string): Promise<void> {
  try {
    await writePrivate(aside, text)
    await rename(aside, path)
  } finally {
    await rm(aside, { force: true })
  }
  await syncFolder(dirname(path))
}

/** The same, but the first to come wins: false, and nothing changed, where a file is there already. */
export async function writePrivateOnce(path: string, text: string, aside: string): Promise<boolean> {
  try {
    await writePrivate(aside, text)
    await link(aside, path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await rm(aside, { force: true })
  }
  await syncFolder(dirname(path))
  return true
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
