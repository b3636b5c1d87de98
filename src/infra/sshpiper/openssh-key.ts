import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'

const TYPE = 'ssh-ed25519'
const MAGIC = 'openssh-key-v1\0'
/** Where the seed stands in a body that we made: all that comes before it has a fixed length. */
const CHECK_AT = 98
const SEED_AT = CHECK_AT + 8 + 15 + 36 + 4
/** PKCS #8 around an ed25519 seed (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

export interface KeyPair {
  /** `ssh-ed25519 AAAA…` */
  readonly publicLine: string
  /** Unencrypted OpenSSH private key text. */
  readonly privateText: string
}

/** Makes an ed25519 pair in OpenSSH's own formats (its PROTOCOL.key), without needing ssh-keygen on the host. */
export function makeKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('ed25519')
  const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const publicBytes = publicBytesOf(seed)
  return { publicLine: lineOf(publicBytes), privateText: textOf(seed, publicBytes, randomBytes(4)) }
}

/** The public line of a private key text that is, byte for byte, as we write them; null where it is not. */
export function publicLineOf(privateText: string): string | null {
  const body = Buffer.from(privateText.split('\n').slice(1, -2).join(''), 'base64')
  if (body.length < SEED_AT + 32) return null
  const seed = body.subarray(SEED_AT, SEED_AT + 32)
  const publicBytes = publicBytesOf(seed)
  const again = textOf(seed, publicBytes, body.subarray(CHECK_AT, CHECK_AT + 4))
  return again === privateText ? lineOf(publicBytes) : null
}

function textOf(seed: Buffer, publicBytes: Buffer, check: Buffer): string {
  const secret = Buffer.concat([
    check,
    check,
    fields(TYPE, publicBytes, Buffer.concat([seed, publicBytes]), 'sandpiper'),
  ])
  const body = Buffer.concat([
    Buffer.from(MAGIC, 'latin1'),
    fields('none', 'none', ''),
    Buffer.from([0, 0, 0, 1]),
    fields(fields(TYPE, publicBytes), padded(secret)),
  ])
  const lines = body.toString('base64').match(/.{1,70}/g) ?? []
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n')
}

function lineOf(publicBytes: Buffer): string {
  return `${TYPE} ${fields(TYPE, publicBytes).toString('base64')}`
}

function publicBytesOf(seed: Buffer): Buffer {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  return Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url')
}

function fields(...values: (string | Buffer)[]): Buffer {
  const parts = values.flatMap((value) => {
    const bytes = Buffer.from(value)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return [length, bytes]
  })
  return Buffer.concat(parts)
}

/** Filled up with 1, 2, 3 … to a multiple of eight bytes. */
function padded(bytes: Buffer): Buffer {
  const missing = (8 - (bytes.length % 8)) % 8
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, index) => index + 1))])
}
