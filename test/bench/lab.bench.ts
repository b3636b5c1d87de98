import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { wantedInstance, type WantedInstance } from '../../src/core/parts/instance.js'
import { rawCaddy } from '../lab/caddy.js'
import { labUp, type Lab } from '../lab/lab.js'
import { sweep } from '../lab/sweep.js'
import { Engine, type TestHost } from '../scenario/engine.js'
import { median, spread } from './cost.js'
import { firstAnswer, timeOf } from './first-answer.js'
import { floor } from './floor.js'
import { labHost } from './lab-host.js'
import { measureNoOp, noOpHead } from './no-op.js'
import { table } from './table.js'

const ROUNDS = 9
const HELD = ['held-a', 'held-b', 'held-c', 'held-d', 'held-e']

describe.skipIf(process.getuid?.() !== 0)('on the lab (needs root)', () => {
  let lab: Lab
  let host: TestHost
  let engine: Engine

  beforeAll(async () => {
    lab = await labUp()
    await sweep(lab)
    host = labHost(lab)
    engine = new Engine(host)
    await engine.loop.pass({ apply: true })
  })
  afterAll(async () => {
    await engine.close()
    rmSync(engine.folder, { recursive: true })
    await sweep(lab)
    await rawCaddy(lab, 'POST', '/config/', null)
  })

  it('create to HTTPS 200, beside the floor', async () => {
    const like = await warmUp()
    const ours: Created[] = []
    const floors: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const both = [
        async () => void ours.push(await created(`app-${round}`)),
        async () => void floors.push(await floor(lab, host, like, round)),
      ]
      for (const one of round % 2 === 0 ? both : both.reverse()) await one()
    }
    const answered = ours.map((one) => one.answered)
    const ratio = median(answered) / median(floors)
    const rows = [
      ['floor: raw create-and-start, route there beforehand', spread(floors)],
      ['Sandpiper: from the request', spread(answered)],
      ['ratio of the medians', ratio.toFixed(2)],
      ['Sandpiper: until the operation is done', spread(ours.map((one) => one.done))],
    ]
    console.log(`\ncreate to HTTPS 200, lab, btrfs, ${ROUNDS} rounds\n\n${table(['what', 'ms'], rows)}\n`)
    expect(ratio).toBeLessThanOrEqual(1.3)
  })

  it('a no-op pass over what the lab holds', async () => {
    for (const name of HELD) await engine.ask((context) => createSandbox(context, { target: name }))
    const row = await measureNoOp(engine, HELD.length)
    console.log(`\nno-op pass, lab\n\n${table(noOpHead, [row])}\n`)
    expect(row.slice(-2)).toEqual(['2', '0'])
  })

  /** Imports the image into the pool; answers with what every instance here is like. */
  async function warmUp(): Promise<WantedInstance> {
    await engine.ask((context) => createSandbox(context, { target: 'warm' }))
    const sandbox = engine.sandbox('warm')
    const wanted = sandbox === undefined ? null : wantedInstance(sandbox)
    if (wanted === null) throw new Error('the first create did not work')
    await remove('warm')
    return wanted
  }

  interface Created {
    readonly answered: number
    readonly done: number
  }

  async function created(name: string): Promise<Created> {
    const asked = timeOf(() => engine.ask((context) => createSandbox(context, { target: name })))
    const answered = await timeOf(() => firstAnswer(host, `${name}.${host.base}`))
    const done = await asked
    await remove(name)
    return { answered, done }
  }

  async function remove(name: string): Promise<void> {
    const { state, reason } = await engine.ask((context) => deleteSandbox(context, { sandbox: name, confirm: name }))
    if (state !== 'done') throw new Error(`${name} was not deleted: ${state}, ${reason ?? ''}`)
  }
})
