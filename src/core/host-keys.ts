import { UserError } from './errors.js'
import { parsePublicKey } from './ssh-key.js'

/** The host keys that an instance keeps in /etc/ssh. */
export interface SeenHostKeys {
  /** `type blob`, of those whose public half is there. */
  readonly lines: readonly string[]
  /** The kinds (`ed25519`) of those of which the private half alone is there. */
  readonly bare: readonly string[]
}

const TYPES: Readonly<Record<string, string>> = { ed25519: 'ssh-ed25519 ', rsa: 'ssh-rsa ', ecdsa: 'ecdsa-sha2-' }

/**
 * The host keys to be expected from now on, sorted. A key without its public half is taken for the one that is known:
 * the first ones of a sandbox were put in so. Null: nothing new, or nothing there at all, which teaches nothing.
 */
export function learnHostKeys(known: readonly string[], seen: SeenHostKeys): readonly string[] | null {
  const kept = seen.bare.flatMap((kind) => known.filter((line) => line.startsWith(TYPES[kind] ?? '\n')))
  const keys = [...new Set([...seen.lines, ...kept])].sort()
  if (keys.length === 0) return null
  return keys.join('\n') === [...known].sort().join('\n') ? null : keys
}

/** `ssh-ed25519 AAAA… root@myapp` → `ssh-ed25519 AAAA…`; null where it is no public key. */
export function hostKeyLine(text: string): string | null {
  try {
    const { type, blob } = parsePublicKey(text)
    return `${type} ${blob}`
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

/** `ED25519 SHA256:…`, as ssh names it when it asks; null where it is no public key. */
export function hostKeyName(line: string): string | null {
  if (hostKeyLine(line) === null) return null
  const { type, fingerprint } = parsePublicKey(line)
  const kind = /ed25519|rsa|ecdsa/.exec(type)?.[0] ?? type
  return `${kind.toUpperCase()} ${fingerprint}`
}
