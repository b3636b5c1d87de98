import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Argument, Args } from '../../src/bot/command.js'
import { commands } from '../../src/bot/commands/all.js'
import { parseSubject } from '../../src/core/subject.js'
import { PeopleWorld, settingsWith } from '../bot/people-world.js'
import { accessTable, casesOf, isAllowed, kinds, LIMITED_TO, nameOf, type Case, type Kind } from './access-table.js'

const PAGE = 'docs/access.md'
const TABLE = /(<!-- from the code: begin -->\n\n)[^]*?(\n\n<!-- end -->)/
/** How those are answered who may not. */
const REFUSED = /I do not know you yet|Only an admin|Only myapp's owner|is not among what you may use/
const platforms = { slack: 'slack:T1:', discord: 'discord:', telegram: 'telegram:', console: 'console:' }

describe('the table in docs/access.md', () => {
  it('is what the code says', async () => {
    const page = readFileSync(PAGE, 'utf8')
    expect(page).toMatch(TABLE)
    await expect(page.replace(TABLE, `$1${accessTable(commands)}$2`)).toMatchFileSnapshot(`../../${PAGE}`)
  })
})

describe.each(Object.entries(platforms))('on %s', (platform, prefix) => {
  describe.each(casesOf(commands).map((one): [string, Case] => [nameOf(one), one]))('%s', (_, one) => {
    it.each(kinds)('by a person of this kind: %s', async (kind) => {
      const world = peopleOf(platform, prefix)
      const args = { ...sampleOf(one), ...one.args }
      const told = await world.run(prefix + kind, { command: one.command.name, args }, { isPrivate: true })
      expect([told === '', REFUSED.test(told)]).toEqual([false, !isAllowed(one, kind)])
    })
  })
})

/** One of each kind, and the sandbox `myapp`, which the owner shares with the collaborator. */
function peopleOf(platform: string, prefix: string): PeopleWorld {
  const named = (kind: Kind) => parseSubject(prefix + kind) ?? never()
  const member = (kind: Kind) => ({ to: named(kind), gives: 'member' as const, until: null })
  const world = new PeopleWorld(settingsWith({}), [platform])
  const { now } = world
  const grants = [
    ...(['member', 'collaborator', 'owner'] as const).map(member),
    { ...member('expired'), until: new Date(now.getTime() - 1) },
    { to: named('limited'), gives: LIMITED_TO, until: null },
    { to: named('admin'), gives: 'admin' as const, until: null },
  ]
  world.commit(...grants.map((grant) => ({ edit: 'grant.put' as const, grant, by: null, at: now })))
  for (const kind of kinds) if (kind !== 'stranger') world.meet(prefix + kind)
  world.give(`${prefix}owner`, 'myapp')
  const by = world.person(`${prefix}owner`).id
  for (const kind of ['collaborator', 'limited'] as const) {
    const person = world.person(prefix + kind).id
    world.commit({ edit: 'share.put', share: { sandbox: 'sb-myapp', person, by, at: now, until: null } })
  }
  return world
}

/** What it takes to get as far as the question who may. */
function sampleOf({ command }: Case): Args {
  const given = command.args.filter((one) => one.required({}) || one.kind === 'sandbox')
  return Object.fromEntries(given.map((one) => [one.name, valueOf(one)]))
}

function valueOf({ name, kind, choices }: Argument): string {
  if (kind === 'sandbox' || name === 'confirm') return 'myapp'
  if (kind === 'choice') return choices[0] ?? ''
  return kind === 'number' ? '3000' : 'fresh'
}

function never(): never {
  throw new Error('not a subject')
}
