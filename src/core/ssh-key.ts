import { createHash } from 'node:crypto'
import { UserError } from './errors.js'

export interface PublicKey {
  readonly type: string
  readonly blob: string
  readonly comment: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
}

/** How many length-prefixed fields the blob of each kind has, its own name included (RFC 4253, OpenSSH PROTOCOL.u2f). */
const FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 2,
  'ssh-rsa': 3,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
  'sk-ssh-ed25519@openssh.com': 3,
  'sk-ecdsa-sha2-nistp256@openssh.com': 4,
}

/** Reads one line of a public key file. Throws UserError with what to paste instead. */
export function parsePublicKey(line: string): PublicKey {
  const text = line.trim()
  if (text.includes('PRIVATE KEY')) {
    throw new UserError(
      'invalid',
      'That is a private key. Throw it away, make a new pair, and paste the public half (the file that ends in .pub).',
    )
  }
  if (/[\r\n]/.test(text)) throw new UserError('invalid', 'One key at a time, please: a public key is a single line.')
  const [type = '', blob = '', ...rest] = text.split(/\s+/)
  if (type === 'ssh-dss') throw new UserError('invalid', 'DSA keys are too weak. Make a new one: ssh-keygen -t ed25519')
  if (FIELDS[type] === undefined) throw notAKey(text)
  const bytes = Buffer.from(blob, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') !== blob.replace(/=+$/, '')) throw damaged()
  const fields = readFields(bytes)
  if (fields?.[0]?.toString('latin1') !== type || fields.length !== FIELDS[type]) throw damaged()
  checkStrength(type, fields)
  return {
    type,
    blob,
    comment: cleanComment(rest.join(' ')),
    fingerprint: `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`,
  }
}

/** A blob is fields, each behind its length in four bytes, to the last byte; null where it is not. */
function readFields(bytes: Buffer): Buffer[] | null {
  const fields: Buffer[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return null
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) return null
    fields.push(bytes.subarray(at + 4, end))
    at = end
  }
  return fields
}

function checkStrength(type: string, fields: readonly Buffer[]): void {
  if (type.includes('ed25519') && fields[1]?.length !== 32) throw damaged()
  if (type !== 'ssh-rsa') return
  const modulus = BigInt(`0x${fields[2]?.toString('hex') || '0'}`)
  const bits = modulus.toString(2).length
  if (bits < 2048) {
    throw new UserError(
      'invalid',
      `An RSA key of ${bits} bits is too weak; 2048 is the least. Better: ssh-keygen -t ed25519`,
    )
  }
}

function cleanComment(comment: string): string {
  return comment.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 100)
}

function damaged(): UserError {
  return new UserError(
    'invalid',
    'That key is damaged: a part is missing or changed. Paste the whole line of the .pub file again.',
  )
}

function notAKey(text: string): UserError {
  const hasOptions = Object.keys(FIELDS).some((type) => text.includes(` ${type} `))
  if (hasOptions)
    return new UserError(
      'invalid',
      'Options before a key are not taken. Paste the line from its type on (ssh-ed25519 AAAA…).',
    )
  return new UserError('invalid', 'That is no SSH public key. One looks like: ssh-ed25519 AAAA… you@laptop')
}
