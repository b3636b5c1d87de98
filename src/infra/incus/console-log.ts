import { stripVTControlCharacters } from 'node:util'
import type { IncusClient } from './client.js'
import { download, type Download } from './download.js'

const MAX_BYTES = 64 * 1024

export interface ConsoleLogOptions {
  /** 64 KiB unless told. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
}

/**
 * The end of what the guest wrote to its console, also of a stopped instance; empty before its first start. Plain lines
 * without terminal sequences, the first one whole. Incus itself keeps about 128 KiB of it.
 */
export async function readConsoleLog(
  client: IncusClient,
  instance: string,
  options: ConsoleLogOptions = {},
): Promise<string> {
  const { maxBytes = MAX_BYTES, signal } = options
  const take = (log: Download): Promise<string> => lastLines(log.bytes, maxBytes)
  const text = await download(client, `/1.0/instances/${instance}/console`, take, signal)
  return stripVTControlCharacters(text).replaceAll('\r', '')
}

async function lastLines(bytes: AsyncIterable<Buffer>, maxBytes: number): Promise<string> {
  let last = Buffer.alloc(0)
  for await (const chunk of bytes) last = Buffer.concat([last, chunk]).subarray(-maxBytes - 1)
  if (last.length <= maxBytes) return last.toString('utf8')
  // One byte more was kept: where that is the end of a line, the next is whole.
  return last.subarray(Math.max(1, last.indexOf('\n') + 1)).toString('utf8')
}
