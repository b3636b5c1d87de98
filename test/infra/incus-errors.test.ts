import { describe, expect, it } from 'vitest'
import { incusError, wordsOf } from '../../src/infra/incus/errors.js'

const cases: readonly (readonly [words: string, status: number, retry: string, sentence: string | undefined])[] = [
  ['Instance "x" already exists', 500, 'never', 'something of this name is there already'],
  ['Image not provided for instance creation', 400, 'never', 'the image does not exist'],
  [
    'Failed getting remote image info: Failed to run: skopeo inspect: level=fatal msg="Error parsing image name: manifest unknown"',
    400,
    'never',
    'the image does not exist',
  ],
  [
    'Failed getting remote image info: Failed getting image: lookup images.invalid on 10.0.0.53:53: no such host',
    400,
    'later',
    'the image server cannot be reached',
  ],
  ['write /var/lib/incus: no space left on device', 500, 'later', 'the host’s storage is full'],
  ['Error connect ECONNREFUSED /run/incus/unix.socket', 0, 'later', 'the host’s Incus does not answer'],
  ['Error ENOENT connect ENOENT /run/incus/unix.socket', 0, 'later', 'the host’s Incus does not answer'],
  ['TimeoutError The operation was aborted due to timeout', 0, 'later', 'the host’s Incus did not answer in time'],
  ['Failed to fetch instance "x": Instance not found', 404, 'never', undefined],
  ['some new words', 400, 'never', undefined],
  ['some new words', 500, 'later', undefined],
]

describe('incusError', () => {
  it.each(cases)('%s (%i)', (words, status, retry, sentence) => {
    const error = incusError('POST /1.0/instances', words, status)
    expect(error).toMatchObject({ system: 'incus', retry, sentence })
    expect(error.message).toBe(`POST /1.0/instances: ${words}`)
  })

  it('reads code and message of what a connection threw', () => {
    expect(wordsOf(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe('Error ECONNREFUSED connect')
  })
})
