import { hostKeyLine, type SeenHostKeys } from '../../core/host-keys.js'
import type { IncusClient } from './client.js'
import { listFolder, pullFile } from './pull.js'

const FOLDER = '/etc/ssh'
const MAX_BYTES = 16_384

/** By Incus' file API, not over the network: nobody in between can show others. Of an instance that runs or not. */
export async function readHostKeys(client: IncusClient, instance: string, signal: AbortSignal): Promise<SeenHostKeys> {
  const names = (await listFolder(client, instance, FOLDER, signal)) ?? []
  const kinds = names.flatMap((name) => /^ssh_host_(\w+)_key$/.exec(name)?.[1] ?? [])
  const seen = await Promise.all(
    kinds.map(async (kind) => {
      const path = `${FOLDER}/ssh_host_${kind}_key.pub`
      const file = await pullFile(client, instance, path, { maxBytes: MAX_BYTES, signal })
      return { kind, line: file === null ? null : hostKeyLine(file.content.toString('utf8')) }
    }),
  )
  return {
    lines: seen.flatMap(({ line }) => (line === null ? [] : [line])),
    bare: seen.flatMap(({ kind, line }) => (line === null ? [kind] : [])),
  }
}
