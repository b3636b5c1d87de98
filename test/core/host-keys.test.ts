import { describe, expect, it } from 'vitest'
import { hostKeyLine, hostKeyName, learnHostKeys } from '../../src/core/host-keys.js'

const ED = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq8V2XxHDgVn6XlWUE6dS6ZHrRBNJ8Yd4B2dd8Gz1bM'
const OTHER = `${ED.slice(0, -2)}bA`
const RSA = 'ssh-rsa AAAA'

describe('the host keys of a sandbox', () => {
  it.each([
    ['are as known', [ED], { lines: [ED], bare: [] }, null],
    ['are as known, in whatever order', [RSA, ED], { lines: [ED, RSA], bare: [] }, null],
    ['are not there, which teaches nothing', [ED], { lines: [], bare: [] }, null],
    ['are known without their public half', [ED], { lines: [], bare: ['ed25519'] }, null],
    ['are others', [ED], { lines: [OTHER], bare: [] }, [OTHER]],
    ['are more', [ED], { lines: [RSA], bare: ['ed25519'] }, [ED, RSA]],
    ['are fewer', [ED, RSA], { lines: [ED], bare: [] }, [ED]],
    ['are of a kind of which none is known', [ED], { lines: [ED], bare: ['ecdsa', 'odd'] }, null],
  ])('%s', (_, known, seen, learnt) => {
    expect(learnHostKeys(known, seen)).toEqual(learnt)
  })

  it('are read without their comment, or not at all', () => {
    expect(hostKeyLine(`${ED} root@myapp\n`)).toBe(ED)
    for (const text of ['', 'nonsense', `${ED}\n${ED}`, 'ssh-ed25519 AAAA']) expect(hostKeyLine(text)).toBeNull()
  })

  it('are named as ssh names them', () => {
    expect(hostKeyName(ED)).toBe('ED25519 SHA256:pcGse3+88kMt0Jo5oEK/LYKXNJRoWIfBOCcqFrEM7ms')
    expect(hostKeyName('nonsense')).toBeNull()
  })
})
