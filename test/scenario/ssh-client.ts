import { execa } from 'execa'

export interface SshTarget {
  readonly user: string
  readonly host: string
  readonly port: number
  readonly keyFile: string
  readonly knownHostsFile: string
}

/** Runs a command by the real `ssh`, which takes no host key but the known one, and no key but the given one. */
export async function ssh(target: SshTarget, command: string): Promise<{ exitCode: number; out: string; why: string }> {
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
  const { exitCode, stdout, stderr } = await execa('ssh', [...where, ...how, target.host, command], {
    stdin: 'ignore',
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '' },
  })
  return { exitCode: exitCode ?? -1, out: stdout, why: stderr }
}
