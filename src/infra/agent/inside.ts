import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { InfraError } from '../../core/errors.js'
import type { SeenAgent, WantedAgent } from '../../core/parts/agent.js'
import { agentMark, MARK_AGENT } from '../incus/agent-mark.js'
import type { IncusClient } from '../incus/client.js'
import { exec, type ExecOutcome } from '../incus/exec.js'
import { MARK_ID } from '../incus/instance.js'
import { run } from '../incus/operations.js'
import { pullFile } from '../incus/pull.js'
import { refused, type Architecture, type KeptBuild } from './release.js'
import { agentFiles, SOCKET_UNIT, type InstanceFile } from './unit-files.js'

const instanceShape = z.object({
  status: z.string(),
  architecture: z.string(),
  config: z.record(z.string(), z.string()),
})

const ARCHITECTURES: Readonly<Record<string, Architecture>> = { x86_64: 'amd64', aarch64: 'arm64' }
const PUSH_LIMIT_MS = 60_000
const EXEC_LIMIT_MS = 15_000

export interface Place {
  readonly isRunning: boolean
  readonly architecture: Architecture
}

/** One sandbox from within: files and commands, for the agent alone. */
export class Inside {
  constructor(
    private readonly client: IncusClient,
    private readonly wanted: WantedAgent,
    private readonly signal: AbortSignal,
  ) {}

  /** Throws InfraError where the instance does not carry the sandbox's mark. */
  async look(): Promise<Place> {
    const { instance, sandbox } = this.wanted
    const seen = await this.client.get(`/1.0/instances/${instance}`, instanceShape, this.signal)
    if (seen.config[MARK_ID] !== sandbox) {
      const sentence = 'an instance of this name is there and is not ours'
      throw new InfraError('incus', 'never', `instance ${instance} does not carry the mark ${sandbox}`, { sentence })
    }
    const architecture = ARCHITECTURES[seen.architecture]
    if (architecture !== undefined) return { isRunning: seen.status === 'Running', architecture }
    const sentence = `there is no Shelley for ${seen.architecture}`
    throw refused('never', `${instance} is ${seen.architecture}`, { sentence })
  }

  /** Everything but the binary. Folders first, each in its parent; then all files at once. */
  async pushUnits(): Promise<void> {
    const hasUnits = await this.hasForeignUnits()
    const files = agentFiles(this.wanted, hasUnits)
    for (const folder of files.filter(({ type }) => type === 'directory')) await this.push(folder)
    await Promise.all(files.filter(({ type }) => type !== 'directory').map((file) => this.push(file)))
  }

  async pushBinary(build: KeptBuild, path: string): Promise<void> {
    const content = createReadStream(build.path)
    const options = { mode: '0755', limitMs: PUSH_LIMIT_MS }
    await this.client.push(this.wanted.instance, path, content, options, this.signal)
  }

  /** As root, without a shell. Any exit code is an outcome. */
  run(...command: [string, ...string[]]): Promise<ExecOutcome> {
    return exec(this.client, this.wanted.instance, command, { limitMs: EXEC_LIMIT_MS, signal: this.signal })
  }

  /** Throws InfraError where the command fails. */
  async must(...command: [string, ...string[]]): Promise<void> {
    const { exitCode, stderr } = await this.run(...command)
    if (exitCode === 0) return
    const sentence = `\`${command.slice(0, 2).join(' ')}\` in the sandbox failed`
    throw refused('later', `${command.join(' ')} in ${this.wanted.instance}: exit ${exitCode}: ${stderr}`, { sentence })
  }

  /** What is there from now on, in the instance's own configuration. */
  async mark(version: string, towards: string | null = null): Promise<void> {
    const { instance, address, port } = this.wanted
    const seen: SeenAgent = { version, address, port, towards }
    const body = { config: { [MARK_AGENT]: agentMark(seen) } }
    await run(this.client, 'PATCH', `/1.0/instances/${instance}`, body, { signal: this.signal })
  }

  /** Units that the image brings; a former run of ours says in its first line that they are ours. */
  private async hasForeignUnits(): Promise<boolean> {
    const socket = await pullFile(this.client, this.wanted.instance, SOCKET_UNIT, { signal: this.signal })
    return socket !== null && !socket.content.toString('utf8').includes('Where the coding agent listens')
  }

  private async push({ path, content, ...options }: InstanceFile): Promise<void> {
    await this.client.push(this.wanted.instance, path, content, options, this.signal)
  }
}
