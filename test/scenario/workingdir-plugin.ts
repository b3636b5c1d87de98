import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SshTarget } from './ssh-client.js'

/** What SSHPiper does with a connection: it goes on to the sandbox with what it found, or refuses. */
export type Piped =
  | { readonly piped: true; readonly target: SshTarget }
  | { readonly piped: false; readonly why: 'bad user name' | 'no pipe' | 'another key' | 'no host key is known' }

/**
 * Reads a pipes folder by the documented rules of SSHPiper's `workingdir` plugin, run with `--no-password-auth` and
 * `--strict-hostkey`: names, modes, the first line that is no comment. `offered`: the person's public key, `type blob`.
 */
export function throughThePlugin(root: string, user: string, offered: string): Piped {
  if (!/^[a-z_][-a-z0-9_]{0,31}$/.test(user)) return { piped: false, why: 'bad user name' }
  const upstream = readStrict(root, user, 'sshpiper_upstream')
  const line = upstream
    ?.split('\n')
    // The last one counts only with its end.
    .slice(0, -1)
    .map((one) => one.trim())
    .find((one) => one !== '' && !one.startsWith('#'))
  const [, login, host, port] = /^(?:(.+?)@)?\[?(.+?)\]?(?::(\d+))?$/.exec(line ?? '') ?? []
  if (host === undefined) return { piped: false, why: 'no pipe' }
  const authorized = readStrict(root, user, 'authorized_keys')
  const key = readStrict(root, user, 'id_rsa')
  if (authorized === null || key === null) return { piped: false, why: 'another key' }
  if (!authorized.split('\n').includes(offered)) return { piped: false, why: 'another key' }
  const known = readStrict(root, user, 'known_hosts')
  if (known === null || known.trim() === '') return { piped: false, why: 'no host key is known' }
  const at = (file: string): string => join(root, user, file)
  return {
    piped: true,
    target: {
      user: login ?? user,
      host,
      port: Number(port ?? 22),
      keyFile: at('id_rsa'),
      knownHostsFile: at('known_hosts'),
    },
  }
}

/** Null where it is not there, or others may read it. */
function readStrict(root: string, user: string, file: string): string | null {
  const path = join(root, user, file)
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined || (stat.mode & 0o077) !== 0 || lstatSync(join(root, user)).isSymbolicLink()) return null
  return readFileSync(path, 'utf8')
}
