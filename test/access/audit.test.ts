import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { showVerdict, verifyAudit } from '../../src/cli/audit-verify.js'
import { checkChain, type AuditEntry, type ChainedEntry, type ChainHead } from '../../src/core/audit.js'
import { chainedEntries, SqliteAudit } from '../../src/infra/sqlite/audit.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { identity, PeopleWorld, settingsWith } from '../bot/people-world.js'

const MANY = 10_000
const entryAt = (n: number): AuditEntry => ({
  at: new Date(1_700_000_000_000 + n),
  identity: 'console::ada',
  person: n % 3 === 0 ? null : 'ada',
  command: 'stop',
  args: { sandbox: `app${n}` },
  sandbox: `app${n}`,
  place: 'main',
  outcome: 'done',
  operation: null,
  detail: '',
})

describe(`a log of ${MANY} entries`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-'))
  const db = openDatabase(join(folder, 'state.db'))
  let whole: readonly ChainedEntry[] = []
  beforeAll(() => {
    const audit = new SqliteAudit(db)
    db.transaction(() => {
      for (let n = 1; n <= MANY; n += 1) audit.append(entryAt(n))
    })()
    whole = [...chainedEntries(db)]
  })
  afterAll(() => {
    db.close()
    rmSync(folder, { recursive: true })
  })
  const headAt = (seq: number): ChainHead => ({ seq, hash: whole[seq - 1]?.hash ?? '' })

  it('is unbroken as it was written, and is looked at past the service', () => {
    const verdict = verifyAudit(folder, [])
    expect(showVerdict(verdict)).toBe(`${MANY} entries, unbroken. Head: ${MANY}:${headAt(MANY).hash}`)
  })

  it('names the entry in which one byte was changed, wherever that is', () => {
    const columns = [
      'at',
      'person',
      'identity',
      'command',
      'args',
      'sandbox',
      'place',
      'outcome',
      'detail',
      'hash',
    ] as const
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MANY }), fc.constantFrom(...columns), fc.nat(), (seq, column, at) => {
        const entries = whole.map((one) => (one.seq === seq ? { ...one, [column]: changed(one[column], at) } : one))
        expect(checkChain(entries, []).fault).toMatchObject({ seq })
      }),
      { numRuns: 60 },
    )
  })

  it('names it in the database itself', () => {
    db.prepare("UPDATE audit SET args = replace(args, 'app4711', 'app4712') WHERE seq = 4711").run()
    expect(showVerdict(verifyAudit(folder, []))).toBe(
      'Entry 4711 was changed. It says now: 2023-11-14T22:13:24.711Z console::ada stop {"sandbox":"app4712"} done',
    )
    db.prepare("UPDATE audit SET args = replace(args, 'app4712', 'app4711') WHERE seq = 4711").run()
    expect(verifyAudit(folder, []).fault).toBeNull()
  })

  it('names one that was removed, and two that changed places', () => {
    const without = whole.filter(({ seq }) => seq !== 17)
    expect(checkChain(without, []).fault).toMatchObject({ seq: 17, what: 'was removed' })
    const renumbered = without.map((one, index) => ({ ...one, seq: index + 1 }))
    expect(checkChain(renumbered, []).fault).toMatchObject({ seq: 17 })
    const [a, b] = [whole[4], whole[5]]
    const swapped = whole.map((one, at) => (at === 4 && b ? { ...b, seq: 5 } : at === 5 && a ? { ...a, seq: 6 } : one))
    expect(checkChain(swapped, []).fault).toMatchObject({ seq: 5 })
  })

  it('shows by a head of the journal that its end was cut off, or that all of it was written anew', () => {
    const cut = whole.slice(0, -5)
    expect(checkChain(cut, []).fault).toBeNull()
    expect(checkChain(cut, [headAt(MANY)]).fault).toMatchObject({ seq: MANY - 4 })
    const other = openDatabase(':memory:')
    const audit = new SqliteAudit(other)
    for (let n = 1; n <= 20; n += 1) audit.append(n === 3 ? { ...entryAt(n), identity: 'console::eve' } : entryAt(n))
    expect(checkChain(chainedEntries(other), []).fault).toBeNull()
    expect(checkChain(chainedEntries(other), [headAt(2)]).fault).toBeNull()
    expect(checkChain(chainedEntries(other), [headAt(10)]).fault).toMatchObject({ seq: 10 })
  })
})

/** Another value than before, one character or one number apart. */
function changed(value: string | number | null, at: number): string | number {
  if (value === null) return ''
  if (typeof value === 'number') return value + 1
  const place = value === '' ? 0 : at % value.length
  return `${value.slice(0, place)}${value[place] === 'x' ? 'y' : 'x'}${value.slice(place + 1)}`
}

describe('what people do', () => {
  const admin = 'slack:T1:ADA'

  it('is written down: who, what, from where, how it ended; and how an operation ended, once', async () => {
    const world = new PeopleWorld(settingsWith({ admins: [identity(admin)] }))
    await world.say(admin, 'create myapp', { room: 'C1' })
    const [operation] = world.state.operations
    expect(world.audit.list(9)).toMatchObject([
      {
        person: operation?.person,
        identity: admin,
        command: 'create',
        place: 'C1',
        sandbox: 'myapp',
        outcome: 'started',
        operation: operation?.id,
      },
    ])
    const change = { state: 'failed' as const, endedAt: world.now, reason: 'no such image' }
    world.commit({ edit: 'operation.note', id: operation?.id ?? '', change })
    for (let n = 0; n < 2; n += 1) world.announcer.operationChanged(operation?.id ?? '')
    expect(world.audit.list(9)).toMatchObject([
      { command: 'create', outcome: 'failed', operation: operation?.id, detail: 'no such image' },
      { outcome: 'started' },
    ])
  })

  it('is there for admins, by filters and as a file; a refusal too, with what was said', async () => {
    const world = new PeopleWorld(settingsWith({ admins: [identity(admin)], members: [identity('slack:T1:LINUS')] }))
    await world.say(admin, 'create myapp')
    await world.say('slack:T1:LINUS', 'delete myapp --confirm myapp')
    await world.say('slack:T1:LINUS', 'sync')
    const told = await world.say(admin, 'admin audit --outcome refused')
    expect(told).toContain('Audit: 2 entries')
    expect(told).toMatch(
      /slack:T1:LINUS in general: delete sandbox=myapp confirm=myapp → refused: Only myapp's owner, ADA/,
    )
    expect(told).toContain('[file: audit.csv]')
    expect(await world.say(admin, 'admin audit --sandbox myapp --since 1h')).toContain('Audit: 2 entries')
    expect(await world.say(admin, 'admin audit --command dance')).toContain('No entry fits that.')
    expect(await world.say(admin, 'admin audit --since yesterday')).toContain('is no time')
    expect(await world.say('slack:T1:LINUS', 'admin audit')).toContain('Only an admin')
  })

  it('is no formula to a spreadsheet', async () => {
    const world = new PeopleWorld(settingsWith({ admins: [identity(admin)] }))
    await world.say(admin, 'delete nobody --confirm "=HYPERLINK(1)"')
    await world.say(admin, 'show "@SUM(1,2)"')
    await world.say(admin, 'admin audit')
    const blocks = [...world.toldTo(admin).values()].flatMap((message) => message.blocks)
    const file = blocks.find((block) => block.block === 'file')
    const text = Buffer.from(file?.block === 'file' ? file.base64 : '', 'base64').toString()
    expect(text).toContain(`"'@SUM(1,2)"`)
    expect(text).not.toMatch(/(^|,)"?[=@+]/m)
  })

  it('shows in the channel that mirrors it', async () => {
    const mirror = { platform: 'slack', place: 'C-AUDIT' }
    const world = new PeopleWorld(settingsWith({ admins: [identity(admin)] }), undefined, undefined, mirror)
    await world.say(admin, 'create myapp')
    const mirrored = [...(world.platforms.get('slack')?.texts ?? [])].filter(([ref]) => ref.startsWith('C-AUDIT/all/'))
    expect(mirrored.map(([, text]) => text)).toEqual([
      expect.stringMatching(/ADA \(slack:T1:ADA\).*create target=myapp → started/),
    ])
  })
})
