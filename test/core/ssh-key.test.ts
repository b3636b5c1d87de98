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

describe('an SSH public key', () => {
  // Key and fingerprint as ssh-keygen made and printed them.
  it('has the fingerprint that ssh-keygen prints', () => {
    const line = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github.com'
    expect(parsePublicKey(line).fingerprint).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
  })

  it.each([
    ['ssh-ed25519', blob('ssh-ed25519', point)],
    ['ecdsa-sha2-nistp256', blob('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 4))],
    ['sk-ssh-ed25519@openssh.com', blob('sk-ssh-ed25519@openssh.com', point, 'ssh:')],
    [
      'sk-ecdsa-sha2-nistp256@openssh.com',
      blob('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', Buffer.alloc(65, 4), 'ssh:'),
    ],
    ['ssh-rsa', blob('ssh-rsa', exponent, modulus(2048))],
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
    [`sk-ssh-ed25519@openssh.com ${blob('sk-ssh-ed25519@openssh.com', point, '')}`, 'That key is damaged'],
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
    const padded = blob('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 4))
    expect(padded).toMatch(/=$/)
    expect(parsePublicKey(`ecdsa-sha2-nistp256 ${padded.replace(/=+$/, '')}`).blob).toBe(padded)
  })

  it('has a comment without control characters, of 100 characters at the most', () => {
    const line = `ssh-ed25519 ${blob('ssh-ed25519', point)}`
    expect(parsePublicKey(`${line} ada\u001b[31m \u202elaptop`).comment).toBe('ada[31m laptop')
    expect(Array.from(parsePublicKey(`${line} ${'😀'.repeat(200)}`).comment)).toHaveLength(100)
  })

  it('is refused, or the same, when a byte of it changes', () => {
    const bytes = Buffer.from(blob('ssh-rsa', exponent, modulus(2048)), 'base64')
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
