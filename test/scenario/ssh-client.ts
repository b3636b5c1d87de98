import { execa } from 'execa'

export interface SshTarget {
  readonly user: string
  readonly host: string
  readonly port: number
  readonly keyFile: string
  readonly knownHostsFile: string
}

/** For the real `ssh`, which takes no host key but the known one, and no key but the given one. */
export function sshArguments(target: SshTarget, command: string): readonly string[] {
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
  return [...where, ...options.flatMap((option) => ['-o', option]), target.host, command]
}

export async function ssh(target: SshTarget, command: string): Promise<{ exitCode: number; out: string; why: string }> {
  const { exitCode, stdout, stderr } = await execa('ssh', sshArguments(target, command), {
    stdin: 'ignore',
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '' },
  })
  return { exitCode: exitCode ?? -1, out: stdout, why: stderr }
}
