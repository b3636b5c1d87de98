import { isIP } from 'node:net'
import type { WantedPipe } from '../../core/parts/pipe.js'
import { publicLineOf } from './openssh-key.js'

/** The mark that makes a folder ours; holds the sandbox's id. SSHPiper does not read it. */
export const MARKER = '.sandpiper'

/** The names that SSHPiper's `workingdir` plugin reads; in the order in which they are written, the key at the end. */
export const PIPE_FILES = [MARKER, 'sshpiper_upstream', 'known_hosts', 'authorized_keys', 'id_rsa'] as const

export type PipeFiles = Readonly<Record<(typeof PIPE_FILES)[number], string>>

/** `id_rsa` is the plugin's fixed name; the key in it is an ed25519 one. */
export function renderPipe(pipe: WantedPipe, user: string, privateKey: string): PipeFiles {
  // OpenSSH and Go's knownhosts want brackets there with a port alone, be it an IPv6 address or not.
  const host = pipe.port === 22 ? pipe.address : `[${pipe.address}]:${pipe.port}`
  const address = isIP(pipe.address) === 6 ? `[${pipe.address}]` : pipe.address
  return {
    sshpiper_upstream: `${user}@${address}:${pipe.port}\n`,
    id_rsa: privateKey,
    authorized_keys: lines(pipe.authorizedKeys),
    known_hosts: lines(pipe.hostKeys.map((key) => `${host} ${key}`)),
    [MARKER]: `${pipe.sandbox}\n`,
  }
}

/** Reads files back; null where they are not, byte for byte, what we render for any pipe. */
export function parsePipe(name: string, files: PipeFiles, user: string): WantedPipe | null {
  const upstream = /^([^@]+)@\[?([0-9a-f.:]+?)\]?:(\d+)\n$/.exec(files.sshpiper_upstream)
  const mappingKey = publicLineOf(files.id_rsa)
  if (upstream === null || upstream[1] !== user || mappingKey === null) return null
  const pipe: WantedPipe = {
    name,
    sandbox: files[MARKER].trim(),
    address: upstream[2] ?? '',
    port: Number(upstream[3]),
    authorizedKeys: files.authorized_keys.split('\n').filter((line) => line !== ''),
    hostKeys: files.known_hosts.split('\n').flatMap((line) => (line === '' ? [] : [line.slice(line.indexOf(' ') + 1)])),
    mappingKey,
  }
  const again = renderPipe(pipe, user, files.id_rsa)
  return pipe.authorizedKeys.length > 0 &&
    pipe.hostKeys.length > 0 &&
    PIPE_FILES.every((file) => again[file] === files[file])
    ? pipe
    : null
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}
