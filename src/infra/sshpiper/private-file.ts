import { open, rename } from 'node:fs/promises'

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

/** The same under its final name at once: whole or not at all. */
export async function writePrivateAtomically(path: string, text: string, aside: string): Promise<void> {
  await writePrivate(aside, text)
  await rename(aside, path)
}
