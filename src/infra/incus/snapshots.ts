import { z } from 'zod'
import { InfraError } from '../../core/errors.js'
import type { IncusClient } from './client.js'
import { isGone, says } from './errors.js'
import { run } from './operations.js'

/** Incus keeps no note with a snapshot, but the instance's config of that moment: "NAME NOTE" in a key of ours. */
const NOTE_KEY = 'user.sandpiper.snapshot'

/** Storage without snapshots of its own copies everything. */
const LIMIT_MS = 10 * 60_000

export interface Snapshot {
  readonly name: string
  /** Empty for a snapshot that somebody else took. */
  readonly note: string
  readonly createdAt: Date
  /** Bytes that this snapshot alone holds; null where the storage cannot tell. */
  readonly size: number | null
}

const snapshotShape = z.object({
  name: z.string(),
  created_at: z.string(),
  size: z.number(),
  config: z.record(z.string(), z.string()).nullable(),
})

/**
 * Takes a snapshot of the instance as it is, running or not. The name is letters, digits and hyphens. Where there is one
 * of this name already it stays as it is.
 */
export async function takeSnapshot(
  client: IncusClient,
  instance: string,
  snapshot: { readonly name: string; readonly note: string },
  signal?: AbortSignal,
): Promise<void> {
  const { name, note } = snapshot
  const path = `/1.0/instances/${instance}`
  await run(client, 'PATCH', path, { config: { [NOTE_KEY]: `${name} ${note}` } }, { signal, limitMs: LIMIT_MS })
  try {
    await run(client, 'POST', `${path}/snapshots`, { name }, { signal, limitMs: LIMIT_MS })
  } catch (error) {
    if (!says(error, /already exists/i)) throw error
  }
}

/** The oldest first. */
export async function listSnapshots(
  client: IncusClient,
  instance: string,
  signal?: AbortSignal,
): Promise<readonly Snapshot[]> {
  const path = `/1.0/instances/${instance}/snapshots?recursion=1`
  const all = (await client.get(path, z.array(snapshotShape), signal)).map(snapshotOf)
  return all.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
}

/**
 * Puts disk and configuration back; one that runs is stopped for it and started again. The configuration is that of the
 * snapshot's day: limits, address and marks may be old ones, and are the loop's to put right.
 */
export async function restoreSnapshot(
  client: IncusClient,
  instance: string,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await run(client, 'PUT', `/1.0/instances/${instance}`, { restore: name }, { signal, limitMs: LIMIT_MS })
  } catch (error) {
    if (!(error instanceof InfraError) || !says(error, /^snapshot .* does not exist/i)) throw error
    throw new InfraError('incus', 'never', error.message, {
      sentence: `there is no snapshot \`${name}\``,
      cause: error,
    })
  }
}

/** Nothing happens where there is none. */
export async function deleteSnapshot(
  client: IncusClient,
  instance: string,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await run(client, 'DELETE', `/1.0/instances/${instance}/snapshots/${name}`, undefined, {
      signal,
      limitMs: LIMIT_MS,
    })
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

function snapshotOf(seen: z.infer<typeof snapshotShape>): Snapshot {
  const mark = `${seen.name} `
  const note = seen.config?.[NOTE_KEY] ?? ''
  return {
    name: seen.name,
    // A snapshot that was taken past us carries the note of the one before it.
    note: note.startsWith(mark) ? note.slice(mark.length) : '',
    createdAt: new Date(seen.created_at),
    size: seen.size < 0 ? null : seen.size,
  }
}
