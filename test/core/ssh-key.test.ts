import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { parsePublicKey } from '../../src/core/ssh-key.js'

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
    ['ssh-rsa', blob('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(256, 255))],
  ])('may be of the kind %s', (type, body) => {
    expect(parsePublicKey(`${type} ${body} me@laptop`)).toMatchObject({ type, blob: body, comment: 'me@laptop' })
  })

  it.each([
    ['', 'That is no SSH public key'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'That is a private key'],
    [`ssh-ed25519 ${blob('ssh-ed25519', point)}\nssh-ed25519 AAAA`, 'One key at a time'],
    [`ssh-dss ${blob('ssh-dss', point)}`, 'DSA keys are too weak'],
    [
      `ssh-rsa ${blob('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(128, 255))}`,
      'An RSA key of 1024 bits is too weak',
    ],
    [`ssh-ed25519 ${blob('ssh-rsa', point)}`, 'That key is damaged'],
    [`ssh-ed25519 ${blob('ssh-ed25519', Buffer.alloc(31))}`, 'That key is damaged'],
    [`ssh-ed25519 ${blob('ssh-ed25519', point).slice(0, -8)}`, 'That key is damaged'],
    [`command="rm -rf /" ssh-ed25519 ${blob('ssh-ed25519', point)}`, 'Options before a key are not taken'],
  ])('is refused with what to do: %j', (line, sentence) => {
    expect(() => parsePublicKey(line)).toThrow(sentence)
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
