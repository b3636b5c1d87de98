import { describe, expect, it } from 'vitest'
import type { IssuedCertificate, SeenCertificate } from '../../src/core/certificates.js'
import type { Notice } from '../../src/core/notice.js'
import type { Pointing } from '../../src/core/pointing.js'
import type { Store } from '../../src/core/ports.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import { SqliteCertificates } from '../../src/infra/sqlite/certificates.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { CertificateWatch, type CertificateSettings } from '../../src/sync/certificate-watch.js'
import type { NameWatch } from '../../src/sync/name-watch.js'
import { aSandbox, aState } from '../core/sandbox-fixture.js'

const APP = 'myapp.box.example.com'
const AGENT = 'shelley.myapp.box.example.com'
const MINUTE_MS = 60_000
const start = new Date('2026-11-24T12:00:00Z').getTime()
const none: SeenCertificate = { state: 'none' }

function watch(settings: Partial<CertificateSettings> = {}) {
  let now = start
  let sandboxes: readonly Sandbox[] = [aSandbox()]
  const leads = new Map<string, Pointing>()
  const shown = new Map<string, SeenCertificate>()
  const looks: string[] = []
  const changed: string[] = []
  const noticed: Notice[] = []
  const scheduled: (() => void)[] = []
  const clock = { now: () => new Date(now) }
  const ledger = new SqliteCertificates(openDatabase(':memory:'), clock)
  const right = (days = 90): SeenCertificate => ({
    state: 'right',
    issuer: 'Pebble',
    since: clock.now(),
    until: new Date(now + days * 24 * 60 * MINUTE_MS),
  })
  const one = new CertificateWatch({
    store: { state: () => aState({ sandboxes }) } as Store,
    names: { look: (host: string) => Promise.resolve(leads.get(host) ?? { state: 'nowhere' }) } as NameWatch,
    look: { see: (host) => (looks.push(host), Promise.resolve(shown.get(host) ?? none)) },
    ledger,
    announcer: {
      sandboxChanged: (id) => void changed.push(id),
      noticed: (_, notice) => void noticed.push(notice),
    },
    clock,
    registeredDomain: () => 'example.com',
    settings: { isOn: true, isPublic: true, perWeek: 50, wildcard: null, ...settings },
    schedule: (_, run) => (scheduled.push(run), () => undefined),
    log: (_, message) => void changed.push(message),
  })
  return {
    watch: one,
    ledger,
    looks,
    changed,
    noticed,
    scheduled,
    right,
    have: (some: readonly Sandbox[]) => (sandboxes = some),
    leads: (host: string, to: Pointing['state']) => leads.set(host, { state: to } as Pointing),
    shows: (host: string, seen: SeenCertificate) => shown.set(host, seen),
    pass: (minutes: number) => (now += minutes * MINUTE_MS),
  }
}

describe('whether a host name may have a certificate', () => {
  it.each([
    ['one that leads here', APP, 'here', true],
    ['one that leads nowhere', APP, 'nowhere', false],
    ['one that leads elsewhere', AGENT, 'elsewhere', false],
    ['one that could not be looked up', APP, 'unknown', false],
    ["a stranger's", 'stranger.box.example.com', 'here', false],
  ] as const)('%s', async (_, host, to, allowed) => {
    const { watch: one, leads } = watch()
    leads(host, to)
    expect(await one.mayHave(host)).toBe(allowed)
  })

  it('not while it is awaited, nor when its sandbox is put away', async () => {
    const { watch: one, leads, have } = watch()
    leads(APP, 'here')
    have([aSandbox({ awaited: [APP] })])
    expect(await one.mayHave(APP)).toBe(false)
    have([aSandbox({ phase: 'deleting' })])
    expect(await one.mayHave(APP)).toBe(false)
  })

  it('has it again whatever DNS says, where it has one in store', async () => {
    const { watch: one, shows, right } = watch()
    shows(APP, right())
    await one.pass()
    expect(await one.mayHave(APP)).toBe(true)
    expect(await one.mayHave(AGENT)).toBe(false)
  })

  it('is tried again after 1, 4 and 16 minutes, whoever asks how often', async () => {
    const { watch: one, leads, pass } = watch()
    leads(APP, 'here')
    const allowed: number[] = []
    for (let minute = 0; minute < 60; minute += 0.5) {
      if (await one.mayHave(APP)) allowed.push(minute)
      pass(0.5)
    }
    expect(allowed).toEqual([0, 1, 5, 21])
  })

  it('not beyond the weekly limit; and its person is told before', async () => {
    const { watch: one, ledger, leads } = watch({ perWeek: 4 })
    const issued = (index: number): IssuedCertificate => ({
      host: `h${index}.example.com`,
      domain: 'example.com',
      since: new Date(start),
      until: new Date(start + 90 * 24 * 60 * MINUTE_MS),
    })
    for (const index of [1, 2, 3]) ledger.note(issued(index))
    leads(APP, 'here')
    leads(AGENT, 'here')
    expect(one.remark(aSandbox())).toContain("3 of this week's 4 certificates of `example.com`")
    expect(await one.mayHave(APP)).toBe(true)
    ledger.note(issued(4))
    expect(await one.mayHave(AGENT)).toBe(false)
    expect(one.remark(aSandbox())).toContain('has HTTPS from 2026-12-01 12:00 UTC on')
  })

  it('counts nothing that a wildcard covers, nor what our own authority signs', () => {
    const issued = { host: 'h', domain: 'example.com', since: new Date(start), until: new Date(start + MINUTE_MS) }
    for (const settings of [{ wildcard: '*.box.example.com' }, { isPublic: false }]) {
      const { watch: one, ledger } = watch({ perWeek: 1, ...settings })
      ledger.note(issued)
      expect(one.remark(aSandbox())).toBeNull()
    }
  })
})

describe('what is seen of certificates', () => {
  it('is looked at soon after something was published, and told where it changed', async () => {
    const { watch: one, scheduled, looks, changed, shows, right } = watch()
    expect(one.last(APP)).toBeNull()
    one.soon()
    shows(APP, right())
    scheduled[0]?.()
    await expect.poll(() => looks).toEqual([APP, AGENT])
    await expect.poll(() => one.last(APP)).toMatchObject({ state: 'right', issuer: 'Pebble' })
    expect(one.last(AGENT)).toEqual(none)
    expect(changed).toEqual(['sb1x', 'sb1x'])
  })

  it('is looked at again: what is right after hours, what is not after seconds, then more and more seldom', async () => {
    const { watch: one, looks, changed, shows, right, pass } = watch()
    shows(APP, right())
    await one.pass()
    for (let second = 0; second < 120; second += 1) {
      pass(1 / 60)
      await one.pass()
    }
    expect(looks.filter((host) => host === APP)).toHaveLength(1)
    expect(looks.filter((host) => host === AGENT)).toHaveLength(5)
    expect(changed).toHaveLength(2)
    pass(6 * 60)
    await one.pass()
    expect(looks.filter((host) => host === APP)).toHaveLength(2)
  })

  it('is told to its owner when it turns bad, and when none comes for a while', async () => {
    const { watch: one, noticed, shows, right, pass } = watch()
    shows(APP, right())
    await one.pass()
    shows(APP, { state: 'wrong', why: 'has expired' })
    for (let minute = 0; minute < 6 * 60; minute += 1) {
      pass(1)
      await one.pass()
    }
    expect(noticed).toEqual([
      { notice: 'certificate', host: AGENT, reason: 'none could be obtained so far' },
      { notice: 'certificate', host: APP, reason: 'its certificate has expired' },
    ])
  })

  it('is nothing to tell while nobody answers there', async () => {
    const { watch: one, noticed, shows, pass } = watch()
    for (const host of [APP, AGENT]) shows(host, { state: 'unknown', why: 'ECONNREFUSED' })
    for (let minute = 0; minute < 60; minute += 1) {
      pass(1)
      await one.pass()
    }
    expect(noticed).toEqual([])
  })

  it('makes one entry for the limit, and none for a renewal', async () => {
    const { watch: one, ledger, shows, right, pass } = watch()
    shows(APP, right())
    await one.pass()
    pass(60 * 24 * 60)
    shows(APP, right())
    await one.pass()
    expect(ledger.issued()).toMatchObject([{ host: APP, domain: 'example.com', since: new Date(start) }])
    expect(ledger.issued()[0]?.until).toEqual(new Date(start + 150 * 24 * 60 * MINUTE_MS))
  })

  it('is nothing where all is plain HTTP, and after the end', async () => {
    const plain = watch({ isOn: false })
    await plain.watch.pass()
    expect(plain.looks).toEqual([])
    const ended = watch()
    ended.watch.close()
    await ended.watch.pass()
    expect(ended.looks).toEqual([])
  })
})
