import { z } from 'zod'
import { InfraError } from '../../core/errors.js'
import type { IncusClient } from './client.js'
import { ExecStreams, streamSecrets } from './exec-streams.js'
import { waitFor } from './operations.js'

export interface ExecOptions {
  /** Secrets go in here: command and environment show in the host's process list while the command runs. */
  readonly stdin?: string
  /** From the request to the command's end, a minute unless told. */
  readonly limitMs?: number
  /** For each of stdout and stderr, 64 KiB unless told. */
  readonly maxBytes?: number
  readonly signal?: AbortSignal
}

export interface ExecOutcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** There was more output than is kept: both texts are beginnings. */
  readonly truncated: boolean
}

const startedShape = z.object({ id: z.string(), metadata: z.object({ fds: streamSecrets }) })
const endedShape = z.object({ return: z.number() })

const LIMIT_MS = 60_000
const MAX_BYTES = 64 * 1024
/** For the end of a command that was killed. */
const GRACE_MS = 5_000

/**
 * Runs a program in an instance, as root and without a shell, and waits for its end. Any exit code is an outcome. A
 * program that is not there, an instance that does not run and a command that takes too long are InfraErrors. At the
 * time limit and at an abort the program is killed; what it had started in the background may live on.
 *
 *     const { exitCode, stdout } = await exec(client, 'myapp-3f9a', ['systemctl', 'is-active', 'ssh.service'])
 */
export async function exec(
  client: IncusClient,
  instance: string,
  command: readonly [string, ...string[]],
  options: ExecOptions = {},
): Promise<ExecOutcome> {
  const { stdin = '', limitMs = LIMIT_MS, maxBytes = MAX_BYTES, signal } = options
  const action = `exec ${command[0]} in ${instance}`
  const limit = AbortSignal.timeout(limitMs)
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit])
  const body = { command, interactive: false, 'wait-for-websocket': true }
  const answer = await client.call('POST', `/1.0/instances/${instance}/exec`, body, signal)
  const { id, metadata } = client.read(action, startedShape, answer.metadata)
  const streams = new ExecStreams(client, id, metadata.fds, maxBytes)
  const ended = (options: { signal?: AbortSignal; limitMs: number }) =>
    waitFor(client, `/1.0/operations/${id}`, action, options)
  try {
    await streams.open(stdin)
    const operation = await ended({ signal: either, limitMs })
    await streams.drained(either)
    return { exitCode: client.read(action, endedShape, operation.metadata).return, ...streams.output() }
  } catch (error) {
    streams.kill()
    if (!either.aborted) throw error
    await ended({ limitMs: GRACE_MS }).catch(() => undefined)
    signal?.throwIfAborted()
    throw tooLong(action, limitMs)
  } finally {
    streams.close()
  }
}

function tooLong(action: string, limitMs: number): InfraError {
  const sentence = 'the command in the sandbox took too long'
  return new InfraError('incus', 'later', `${action}: no end within ${limitMs / 1000} s`, { sentence })
}
