import { execa } from 'execa'

const ECHO_LIMIT_MS = 10_000

export interface SshTarget {
  readonly user: string
  readonly host: string
  readonly port: number
  readonly keyFile: string
  readonly knownHostsFile: string
}

/** Runs a command by the real `ssh`, which takes no host key but the known one, and no key but the given one. */
export async function ssh(target: SshTarget, command: string): Promise<{ exitCode: number; out: string; why: string }> {
  const { exitCode, stdout, stderr } = await execa('ssh', [...argumentsFor(target), command], {
    stdin: 'ignore',
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '' },
  })
  return { exitCode: exitCode ?? -1, out: stdout, why: stderr }
}

/** A session that stays open: what is said to it comes back. */
export class SshSession {
  private readonly child
  private heard = ''

  constructor(target: SshTarget) {
    this.child = execa('ssh', [...argumentsFor(target), 'cat'], { reject: false, buffer: false })
    this.child.stdout.on('data', (chunk: Buffer) => (this.heard += chunk.toString()))
  }

  /** There and back. Throws where the session is over. */
  async echo(words: string): Promise<void> {
    this.child.stdin.write(`${words}\n`)
    const end = Date.now() + ECHO_LIMIT_MS
    while (!this.heard.includes(`${words}\n`)) {
      if (this.child.exitCode !== null || Date.now() > end) throw new Error('the session is over')
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async end(): Promise<void> {
    this.child.stdin.end()
    await this.child
  }
}

function argumentsFor(target: SshTarget): readonly string[] {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${target.knownHostsFile}`,
    'GlobalKnownHostsFile=none',
    'IdentitiesOnly=yes',
    'PreferredAuthentications=publickey',
    'ConnectTimeout=10',
  ]
  const where = ['-F', 'none', '-i', target.keyFile, '-p', String(target.port), '-l', target.user]
  const how = options.flatMap((option) => ['-o', option])
  return [...where, ...how, target.host]
}
