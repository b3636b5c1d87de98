import { generateKeyPairSync, randomBytes } from 'node:crypto'

const TYPE = 'ssh-ed25519'

export interface KeyPair {
  /** `ssh-ed25519 AAAA…` */
  readonly publicLine: string
  /** Unencrypted OpenSSH private key text. */
  readonly privateText: string
}

/** Makes an ed25519 pair in OpenSSH's own formats (its PROTOCOL.key), without needing ssh-keygen on the host. */
export function makeKeyPair(): KeyPair {
  const { privateKey } = generateKeyPairSync('ed25519')
  const jwk = privateKey.export({ format: 'jwk' })
  const publicBytes = Buffer.from(jwk.x ?? '', 'base64url')
  const seed = Buffer.from(jwk.d ?? '', 'base64url')
  const publicBlob = fields(TYPE, publicBytes)
  const check = randomBytes(4)
  const secret = Buffer.concat([
    check,
    check,
    fields(TYPE, publicBytes, Buffer.concat([seed, publicBytes]), 'sandpiper'),
  ])
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    fields('none', 'none', ''),
    Buffer.from([0, 0, 0, 1]),
    fields(publicBlob, padded(secret)),
  ])
  const lines = body.toString('base64').match(/.{1,70}/g) ?? []
  return {
    publicLine: `${TYPE} ${publicBlob.toString('base64')}`,
    privateText: ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n'),
  }
}

/** The public line that stands in clear in an unencrypted private key text; null where it is no such text. */
export function publicLineOf(privateText: string): string | null {
  const match = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([\s\S]+)-----END OPENSSH PRIVATE KEY-----\n$/.exec(privateText)
  const body = Buffer.from(match?.[1] ?? '', 'base64')
  // magic (15 bytes), `none`, `none`, '' (8 + 8 + 4 bytes), the number of keys (4 bytes), then the public blob's length.
  const at = 15 + 8 + 8 + 4 + 4
  if (body.length < at + 4 || body.toString('latin1', 0, 14) !== 'openssh-key-v1') return null
  const blob = body.subarray(at + 4, at + 4 + body.readUInt32BE(at))
  return `${TYPE} ${blob.toString('base64')}`
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
