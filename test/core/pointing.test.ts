import { describe, expect, it } from 'vitest'
import { awaitedSentence, pointingOf, recordsFor } from '../../src/core/pointing.js'

const here = ['203.0.113.7', '2001:db8::7']

describe('where a host name leads', () => {
  it('is here where all of its addresses are, however they are written', () => {
    expect(pointingOf(['203.0.113.7'], here)).toEqual({ state: 'here' })
    expect(pointingOf(['2001:0DB8:0:0::7', '203.0.113.7'], here)).toEqual({ state: 'here' })
  })

  it('is elsewhere where one is another one’s: a certificate authority may ask at that', () => {
    expect(pointingOf(['203.0.113.7', '2001:db8::8'], here)).toEqual({ state: 'elsewhere', addresses: ['2001:db8::8'] })
  })

  it('is nowhere, or not known', () => {
    expect(pointingOf([], here)).toEqual({ state: 'nowhere' })
    expect(pointingOf(['203.0.113.7'], [])).toMatchObject({ state: 'unknown' })
  })

  it('is put right by one record a family', () => {
    expect(recordsFor('app.example.com', here)).toEqual([
      'app.example.com A 203.0.113.7',
      'app.example.com AAAA 2001:db8::7',
    ])
  })

  it.each([
    [null, '`x.test` does not lead here yet. Set `x.test A 203.0.113.7` and `x.test AAAA 2001:db8::7`; it goes on'],
    [{ state: 'nowhere' as const }, '`x.test` does not lead here yet. Set'],
    [
      { state: 'elsewhere' as const, addresses: ['192.0.2.1'] },
      '`x.test` leads to `192.0.2.1`, which is not this host.',
    ],
    [
      { state: 'elsewhere' as const, addresses: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] },
      '`x.test` leads to `192.0.2.1`, `192.0.2.2` and `192.0.2.3`, which are not this host.',
    ],
    [{ state: 'unknown' as const, why: 'no DNS server answers' }, 'could not be looked up: no DNS server answers. Set'],
    [{ state: 'here' as const }, '`x.test` leads here now'],
  ])('is told: %j', (pointing, words) => {
    expect(awaitedSentence('x.test', pointing, here)).toContain(words)
  })

  it('promises nothing where this host does not know its own addresses', () => {
    expect(awaitedSentence('x.test', null, [])).toBe('`x.test` does not lead here yet.')
  })
})
