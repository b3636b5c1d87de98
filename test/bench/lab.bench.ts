import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import { wantedInstance, type WantedInstance } from '../../src/core/parts/instance.js'
import { rawCaddy } from '../lab/caddy.js'
import { labUp, type Lab } from '../lab/lab.js'
import { sweep } from '../lab/sweep.js'
import { Engine, type TestHost } from '../scenario/engine.js'
import { median, spread } from './cost.js'
import { firstAnswer, timeOf } from './first-answer.js'
import { floor } from './floor.js'
import { labHost } from './lab-host.js'
import { LabService } from './lab-service.js'
import { measureNoOp, noOpHead } from './no-op.js'
import { table } from './table.js'

const ROUNDS = 9
const HELD = ['held-a', 'held-b', 'held-c', 'held-d', 'held-e']

describe.skipIf(process.getuid?.() !== 0)('on the lab (needs root)', () => {
  let lab: Lab
  let host: TestHost

  beforeAll(async () => {
    lab = await labUp()
    await clean()
    host = labHost(lab)
  })
  afterAll(clean)

  async function clean(): Promise<void> {
    await sweep(lab)
    await rawCaddy(lab, 'POST', '/config/', null)
  }

  it('a typed line to HTTPS 200, beside the floor', async () => {
    const service = new LabService(host)
    const ours: Created[] = []
    const floors: number[] = []
    try {
      await service.ready()
      const like = await warmUp(service)
      for (let round = 0; round < ROUNDS; round += 1) {
        const both = [
          async () => void ours.push(await created(service, `app-${round}`)),
          async () => void floors.push(await floor(lab, host, like, round)),
        ]
        for (const one of round % 2 === 0 ? both : both.reverse()) await one()
      }
    } finally {
      await service.close()
    }
    const answered = ours.map((one) => one.answered)
    const ratio = median(answered) / median(floors)
    const rows = [
      ['floor: raw create-and-start, route there beforehand', spread(floors)],
      ['Sandpiper: from the typed line', spread(answered)],
      ['ratio of the medians', ratio.toFixed(2)],
      ['Sandpiper: until the line has ended', spread(ours.map((one) => one.done))],
    ]
    console.log(`\ntyped line to HTTPS 200, lab, btrfs, ${ROUNDS} rounds\n\n${table(['what', 'ms'], rows)}\n`)
    expect(ratio).toBeLessThanOrEqual(1.3)
  })

  it('a no-op pass over what the lab holds', async () => {
    await clean()
    const engine = new Engine(host)
    try {
      await engine.loop.pass({ apply: true })
      for (const name of HELD) await engine.ask((context) => createSandbox(context, { target: name }))
      const row = await measureNoOp(engine, HELD.length)
      console.log(`\nno-op pass, lab\n\n${table(noOpHead, [row])}\n`)
      expect(row.slice(-2)).toEqual(['2', '0'])
    } finally {
      await engine.close()
      rmSync(engine.folder, { recursive: true })
    }
  })

  /** Imports the image into the pool; answers with what every instance here is like. */
  async function warmUp(service: LabService): Promise<WantedInstance> {
    await service.say('create', 'warm')
    const wanted = wantedInstance(service.facts('warm'))
    if (wanted === null) throw new Error('the first create did not work')
    await service.say('delete', 'warm')
    return wanted
  }

  interface Created {
    readonly answered: number
    readonly done: number
  }

  async function created(service: LabService, name: string): Promise<Created> {
    const said = timeOf(() => service.say('create', name))
    const answered = await timeOf(() => firstAnswer(host, `${name}.${host.base}`))
    const done = await said
    await service.say('delete', name)
    return { answered, done }
  }
})
