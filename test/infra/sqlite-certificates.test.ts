import { expect, it } from 'vitest'
import type { IssuedCertificate } from '../../src/core/certificates.js'
import { SqliteCertificates } from '../../src/infra/sqlite/certificates.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'

const DAY_MS = 24 * 3_600_000
const day = (number: number): Date => new Date(number * DAY_MS)

it('remembers when a host name first got one: a renewal is none, one after a gap is', () => {
  let now = day(0)
  const ledger = new SqliteCertificates(openDatabase(':memory:'), { now: () => now })
  const first: IssuedCertificate = { host: 'a.test', domain: 'a.test', since: day(0), until: day(90) }
  ledger.note(first)
  expect(ledger.issued()).toEqual([first])

  now = day(60)
  ledger.note({ ...first, since: day(60), until: day(150) })
  expect(ledger.issued()).toEqual([{ ...first, until: day(150) }])

  now = day(151)
  expect(ledger.issued()).toEqual([])
  ledger.note({ ...first, since: day(151), until: day(241) })
  expect(ledger.issued()).toEqual([{ ...first, since: day(151), until: day(241) }])
})

it('counts one that was short within its week, too', () => {
  const ledger = new SqliteCertificates(openDatabase(':memory:'), { now: () => day(8) })
  const short = { host: 'a.test', domain: 'a.test', since: day(2), until: day(4) }
  ledger.note(short)
  ledger.note({ ...short, host: 'b.test', since: day(0), until: day(1) })
  expect(ledger.issued()).toEqual([short])
})
