import { generateKeyPairSync } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { parsePublicKey } from '../../src/core/ssh-key.js'
import { temporaryFolder } from '../temporary-folder.js'

function blob(...fields: (string | Buffer)[]): string {
  const parts = fields.flatMap((field) => {
    const bytes = Buffer.from(field)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return [length, bytes]
  })
  return Buffer.concat(parts).toString('base64')
}

const point = Buffer.alloc(32, 7)
const exponent = Buffer.from([1, 0, 1])
/** An mpint of so many bits: its first byte is 0, for the next one's first bit is not the sign. */
const modulus = (bits: number): Buffer => Buffer.concat([Buffer.from([0]), Buffer.alloc(bits / 8, 255)])
const mpint = (number: bigint): Buffer => {
  const hex = number.toString(16)
  return Buffer.from(`00${hex.length % 2 === 0 ? '' : '0'}${hex}`, 'hex')
}
/** A modulus as OpenSSL makes them. */
const goodModulus = (): Buffer => {
  const { n } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from([0]), Buffer.from(n ?? '', 'base64url')])
}
/** The generator of NIST P-256. */
const onCurve = Buffer.from(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
    '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  'hex',
)
const primes = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
  113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]
/** Of the form that the faulty chips gave it: a power of 65537 modulo the product of the first primes. */
const rocaModulus = (): bigint => {
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n)
  let power = 1n
  for (let n = 0; n < 1234; n += 1) power = (power * 65_537n) % product
  return power + product * (2n ** 2047n / product + 1n)
}

describe('an SSH public key', () => {
  // Key and fingerprint as ssh-keygen made and printed them.
  it('has the fingerprint that ssh-keygen prints', () => {
    const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github.com'
    expect(parsePublicKey(line).fingerprint).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
  })

  it.each([
    ['ssh-ed25519', blob('ssh-ed25519', point)],
    ['ecdsa-sha2-nistp256', blob('ecdsa-sha2-nistp256', 'nistp256', onCurve)],
    ['sk-ssh-ed25519@openssh.com', blob('sk-ssh-ed25519@openssh.com', point, 'ssh:')],
    ['sk-ecdsa-sha2-nistp256@openssh.com', blob('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', onCurve, 'ssh:')],
    ['ssh-rsa', blob('ssh-rsa', exponent, goodModulus())],
  ])('may be of the kind %s', (type, body) => {
    expect(parsePublicKey(`${type} ${body} me@laptop`)).toMatchObject({ type, blob: body, comment: 'me@laptop' })
  })

  it.each([
    ['', 'That is no SSH public key'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'That is a private key'],
    [`ssh-ed25519 ${blob('ssh-ed25519', point)}\nssh-ed25519 AAAA`, 'One key at a time'],
    [`ssh-dss ${blob('ssh-dss', point)}`, 'DSA keys are too weak'],
    [`ssh-rsa ${blob('ssh-rsa', exponent, modulus(1024))}`, 'An RSA key of 1024 bits is too weak'],
    [`ssh-rsa ${blob('ssh-rsa', exponent, modulus(32_768))}`, 'An RSA key of 32768 bits is more than'],
    [`ssh-rsa ${blob('ssh-rsa', exponent, Buffer.alloc(256, 255))}`, 'That key is damaged'],
    [`ssh-rsa ${blob('ssh-rsa', exponent, Buffer.alloc(257))}`, 'That key is damaged'],
    [`ssh-rsa ${blob('ssh-rsa', Buffer.from([2]), modulus(2048))}`, 'That key is damaged'],
    [`ecdsa-sha2-nistp256 ${blob('ecdsa-sha2-nistp256', 'nistp384', Buffer.alloc(65, 4))}`, 'That key is damaged'],
    [`ecdsa-sha2-nistp384 ${blob('ecdsa-sha2-nistp384', 'nistp384', Buffer.alloc(65, 4))}`, 'That key is damaged'],
    [`ecdsa-sha2-nistp256 ${blob('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 2))}`, 'That key is damaged'],
    [`ecdsa-sha2-nistp256 ${blob('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 4))}`, 'That key is damaged'],
    [`ssh-rsa ${blob('ssh-rsa', exponent, modulus(2048))}`, 'its modulus has a small factor'],
    [`ssh-rsa ${blob('ssh-rsa', Buffer.from([1]), goodModulus())}`, 'such an exponent'],
    [`ssh-rsa ${blob('ssh-rsa', Buffer.from([1, 0, 0, 1]), goodModulus())}`, 'such an exponent'],
    [`ssh-rsa ${blob('ssh-rsa', exponent, mpint(rocaModulus()))}`, 'the ROCA fault'],
    [`ssh-ed25519 ${blob('ssh-ed25519', Buffer.alloc(32))}`, 'its point is of small order'],
    [`sk-ssh-ed25519@openssh.com ${blob('sk-ssh-ed25519@openssh.com', Buffer.alloc(32), 'ssh:')}`, 'of small order'],
    [`sk-ssh-ed25519@openssh.com ${blob('sk-ssh-ed25519@openssh.com', point, '')}`, 'That key is damaged'],
    [`restrict,pty ssh-ed25519 ${blob('ssh-ed25519', point)}`, 'Options before a key are not taken'],
    [`cert-authority ssh-rsa ${blob('ssh-rsa', exponent, goodModulus())}`, 'Options before a key are not taken'],
    ['constructor AAAA', 'That is no SSH public key'],
    ['PuTTY-User-Key-File-3: ssh-ed25519', 'That is a private key'],
    [`ssh-ed25519 ${blob('ssh-rsa', point)}`, 'That key is damaged'],
    [`ssh-ed25519 ${blob('ssh-ed25519', Buffer.alloc(31))}`, 'That key is damaged'],
    [`ssh-ed25519 ${blob('ssh-ed25519', point).slice(0, -8)}`, 'That key is damaged'],
    [`command="rm -rf /" ssh-ed25519 ${blob('ssh-ed25519', point)}`, 'Options before a key are not taken'],
  ])('is refused with what to do: %j', (line, sentence) => {
    expect(() => parsePublicKey(line)).toThrow(sentence)
  })

  it.skipIf(!existsSync('/usr/bin/ssh-keygen')).each([
    ['ed25519', '256'],
    ['rsa', '2048'],
    ['rsa', '3072'],
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
  ])('is read as ssh-keygen made it: %s %s (skipped where there is no ssh-keygen)', (type, bits) => {
    const file = join(temporaryFolder(), 'key')
    execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-C', 'ada@laptop', '-f', file])
    const line = readFileSync(`${file}.pub`, 'utf8')
    const key = parsePublicKey(line)
    expect(`${key.type} ${key.blob} ${key.comment}\n`).toBe(line)
    expect(execFileSync('ssh-keygen', ['-l', '-f', `${file}.pub`]).toString()).toContain(key.fingerprint)
  })

  it('has the padding that sshd wants, though it was lost in pasting', () => {
    const padded = blob('ecdsa-sha2-nistp256', 'nistp256', onCurve)
    expect(padded).toMatch(/=$/)
    expect(parsePublicKey(`ecdsa-sha2-nistp256 ${padded.replace(/=+$/, '')}`).blob).toBe(padded)
  })

  it('has a comment without control characters, of 100 characters at the most', () => {
    const line = `ssh-ed25519 ${blob('ssh-ed25519', point)}`
    expect(parsePublicKey(`${line} ada\u001b[31m \u202elaptop`).comment).toBe('ada[31m laptop')
    expect(Array.from(parsePublicKey(`${line} ${'😀'.repeat(200)}`).comment)).toHaveLength(100)
  })

  it('is refused, or the same, when a byte of it changes', () => {
    const bytes = Buffer.from(blob('ssh-rsa', exponent, goodModulus()), 'base64')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Buffer.from(bytes)
        changed[at] = value
        try {
          expect(parsePublicKey(`ssh-rsa ${changed.toString('base64')}`).blob).toBe(changed.toString('base64'))
        } catch (error) {
          expect(error).toBeInstanceOf(UserError)
        }
      }),
    )
  })

  it('answers any text with a key or a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String().map((text) => `ssh-ed25519 ${text}`),
        ),
        (text) => {
          try {
            expect(parsePublicKey(text).fingerprint).toMatch(/^SHA256:/)
          } catch (error) {
            expect(error).toBeInstanceOf(UserError)
          }
        },
      ),
    )
  })
})

describe('the points of small order on Curve25519', () => {
  const p = 2n ** 255n - 19n
  const mod = (value: bigint): bigint => ((value % p) + p) % p
  const power = (base: bigint, exponent: bigint): bigint => {
    let result = 1n
    let square = mod(base)
    for (let rest = exponent; rest > 0n; rest >>= 1n) {
      if (rest & 1n) result = mod(result * square)
      square = mod(square * square)
    }
    return result
  }
  const inverse = (value: bigint): bigint => power(value, p - 2n)
  const d = mod(-121665n * inverse(121666n))
  type Point = readonly [bigint, bigint]
  const add = ([x1, y1]: Point, [x2, y2]: Point): Point => {
    const product = mod(d * x1 * x2 * y1 * y2)
    return [mod((x1 * y2 + x2 * y1) * inverse(1n + product)), mod((y1 * y2 + x1 * x2) * inverse(1n - product))]
  }
  /** The x of a y on the curve (RFC 8032, 5.1.3); null where there is none. */
  const xOf = (y: bigint): bigint | null => {
    const [u, v] = [mod(y * y - 1n), mod(d * y * y + 1n)]
    const square = mod(u * inverse(v))
    const root = power(square, (p + 3n) / 8n)
    for (const x of [root, mod(root * power(2n, (p - 1n) / 4n))]) if (mod(x * x) === square) return x
    return null
  }
  const orderDividesEight = (y: bigint): boolean => {
    const x = xOf(y)
    if (x === null) return false
    let at: Point = [x, mod(y)]
    for (let n = 0; n < 3; n += 1) at = add(at, at)
    return at[0] === 0n && at[1] === 1n
  }
  const lineOf = (y: bigint): string => {
    const bytes = Buffer.from(y.toString(16).padStart(64, '0'), 'hex').reverse()
    return `ssh-ed25519 ${blob('ssh-ed25519', bytes)}`
  }

  it('are all refused, with either sign and however they are written; a key is not', () => {
    const eighth = BigInt('0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826')
    const all = [0n, 1n, p - 1n, p, p + 1n, eighth, mod(-eighth)]
    for (const y of all) {
      expect(orderDividesEight(mod(y))).toBe(true)
      for (const sign of [0n, 1n << 255n]) expect(() => parsePublicKey(lineOf(y | sign))).toThrow('of small order')
    }
    const base = mod(4n * inverse(5n))
    expect(orderDividesEight(base)).toBe(false)
    expect(parsePublicKey(lineOf(base)).type).toBe('ssh-ed25519')
  })
})
