import { describe, expect, it } from 'vitest'
import { budgetOf, limitSentence, type IssuedCertificate } from '../../src/core/certificates.js'

const now = new Date('2026-11-24T12:00:00Z')
const HOUR_MS = 3_600_000

/** As many, the oldest so many hours ago, then one each hour. */
function issued(count: number, hoursAgo: number, domain = 'example.com'): IssuedCertificate[] {
  return Array.from({ length: count }, (_, index) => {
    const since = new Date(now.getTime() - (hoursAgo - index) * HOUR_MS)
    return { host: `h${index}.${domain}`, domain, since, until: new Date(since.getTime() + 90 * 24 * HOUR_MS) }
  })
}

describe('the weekly limit of a registered domain', () => {
  it('counts what began within seven days, of this domain alone', () => {
    const all = [...issued(3, 24 * 7 + 3), ...issued(5, 100), ...issued(9, 50, 'example.org')]
    expect(budgetOf('example.com', all, 50, now)).toEqual({ domain: 'example.com', used: 5, limit: 50, nextAt: null })
  })

  it('knows when the next one is free', () => {
    const next = (count: number): string | undefined =>
      budgetOf('example.com', issued(count, 100), 50, now).nextAt?.toISOString()
    expect(next(49)).toBeUndefined()
    expect(next(50)).toBe('2026-11-27T08:00:00.000Z')
    expect(next(52)).toBe('2026-11-27T10:00:00.000Z')
  })

  it('is none where the authority has none', () => {
    expect(budgetOf('example.com', issued(90, 100), 0, now)).toMatchObject({ limit: 0, nextAt: null })
  })

  it.each([
    [10, null],
    [38, null],
    [
      39,
      "39 of this week's 50 certificates of `example.com` are used, two by each new sandbox. An admin can lift that",
    ],
    [
      50,
      "This week's 50 certificates of `example.com` are used: a new sandbox has HTTPS from 2026-11-27 08:00 UTC on.",
    ],
  ])('with %i used, a person is told: %s', (count, words) => {
    const sentence = limitSentence(budgetOf('example.com', issued(count, 100), 50, now))
    if (words === null) expect(sentence).toBeNull()
    else expect(sentence).toContain(words)
  })
})
