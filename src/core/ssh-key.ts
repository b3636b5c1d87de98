import { createHash } from 'node:crypto'
import { UserError } from './errors.js'
import { demandStrongEd25519, demandStrongRsa, isOnCurve } from './ssh-key-strength.js'

export interface PublicKey {
  readonly type: string
  readonly blob: string
  readonly comment: string
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string
}

/** The coordinates' length in bytes, by curve. */
const CURVES: ReadonlyMap<string, number> = new Map([
  ['nistp256', 32],
  ['nistp384', 48],
  ['nistp521', 66],
])

/** The fields of each kind's blob behind its own name (RFC 4253, RFC 5656, OpenSSH's PROTOCOL.u2f). */
type Field = 'ed25519' | 'curve' | 'point' | 'exponent' | 'modulus' | 'application'

const KINDS: ReadonlyMap<string, readonly Field[]> = new Map<string, readonly Field[]>([
  ['ssh-ed25519', ['ed25519']],
  ['ssh-rsa', ['exponent', 'modulus']],
  ['ecdsa-sha2-nistp256', ['curve', 'point']],
  ['ecdsa-sha2-nistp384', ['curve', 'point']],
  ['ecdsa-sha2-nistp521', ['curve', 'point']],
  ['sk-ssh-ed25519@openssh.com', ['ed25519', 'application']],
  ['sk-ecdsa-sha2-nistp256@openssh.com', ['curve', 'point', 'application']],
])

/** Reads one line of a public key file. Throws UserError with what to paste instead. */
export function parsePublicKey(line: string): PublicKey {
  const text = line.trim()
  if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text)) {
    throw new UserError(
      'invalid',
      'That is a private key. Throw it away, make a new pair, and paste the public half (the file that ends in .pub).',
    )
  }
  if (/[\r\n]/.test(text)) throw new UserError('invalid', 'One key at a time, please: a public key is a single line.')
  const [type = '', blob = '', ...rest] = text.split(/\s+/)
  if (type === 'ssh-dss') throw new UserError('invalid', 'DSA keys are too weak. Make a new one: ssh-keygen -t ed25519')
  const kind = KINDS.get(type)
  if (kind === undefined) throw notAKey(text)
  const bytes = Buffer.from(blob, 'base64')
  const canonical = bytes.toString('base64')
  if (canonical.replace(/=+$/, '') !== blob.replace(/=+$/, '')) throw damaged()
  const [inner, ...fields] = readFields(bytes) ?? []
  if (inner?.toString('latin1') !== type || fields.length !== kind.length) throw damaged()
  const curve = /nistp\d+/.exec(type)?.[0] ?? ''
  kind.forEach((field, index) => checkField(field, fields[index] ?? Buffer.alloc(0), curve))
  if (type === 'ssh-rsa') demandStrongRsa(numberOf(fields[0]), numberOf(fields[1]))
  return {
    type,
    blob: canonical,
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

function checkField(field: Field, bytes: Buffer, curve: string): void {
  const isRight = {
    ed25519: () => bytes.length === 32,
    curve: () => bytes.toString('latin1') === curve,
    // Uncompressed, as OpenSSH wants it: 4, then both coordinates.
    point: () => bytes[0] === 4 && bytes.length === 1 + 2 * (CURVES.get(curve) ?? 0),
    exponent: () => isPositive(bytes) && (bytes.at(-1) ?? 0) % 2 === 1,
    modulus: () => isPositive(bytes),
    application: () => bytes.length > 0,
  }
  if (!isRight[field]()) throw damaged()
  if (field === 'point' && !isOnCurve(curve, bytes)) throw damaged()
  if (field === 'ed25519') demandStrongEd25519(bytes)
}

function numberOf(bytes: Buffer | undefined): bigint {
  return BigInt(`0x${bytes?.toString('hex') ?? '0'}`)
}

/** An mpint above zero in its shortest form (RFC 4251): the first bit is the sign. */
function isPositive(bytes: Buffer): boolean {
  const [first = 0x80, second = 0] = bytes
  return first < 0x80 && (first !== 0 || second >= 0x80)
}

function cleanComment(comment: string): string {
  const clean = comment.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
  return Array.from(clean).slice(0, 100).join('')
}

function damaged(): UserError {
  return new UserError(
    'invalid',
    'That key is damaged: a part is missing or changed. Paste the whole line of the .pub file again.',
  )
}

function notAKey(text: string): UserError {
  const hasOptions = [...KINDS.keys()].some((type) => text.includes(` ${type} `))
  if (hasOptions)
    return new UserError(
      'invalid',
      'Options before a key are not taken. Paste the line from its type on (ssh-ed25519 AAAA…).',
    )
  return new UserError('invalid', 'That is no SSH public key. One looks like: ssh-ed25519 AAAA… you@laptop')
}
