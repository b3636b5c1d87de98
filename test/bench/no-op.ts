import type { DriftReport } from '../../src/core/ports.js'
import type { Engine } from '../scenario/engine.js'
import { costOf, spread, type Cost } from './cost.js'

const ROUNDS = 15
/** A pipe's files are remembered once they are older than a second. */
const WARM_UP_MS = 1_500

/** What a pass costs that finds nothing to do: the first look of a daemon that starts, and all later ones. */
export async function measureNoOp(engine: Engine, sandboxes: number): Promise<readonly string[]> {
  const pass = async (): Promise<void> => demandNothing(await engine.loop.pass({ apply: true }))
  const cold = await costOf(pass)
  const warmAt = performance.now() + WARM_UP_MS
  while (performance.now() < warmAt) await pass()
  const warm: Cost[] = []
  for (let round = 0; round < ROUNDS; round += 1) warm.push(await costOf(pass))
  return [
    String(sandboxes),
    spread(warm.map(({ cpu }) => cpu)),
    spread(warm.map(({ wall }) => wall)),
    cold.cpu.toFixed(),
    cold.wall.toFixed(),
    String(Math.max(...warm.map(({ requests }) => requests))),
    String(Math.max(...warm.map(({ writes }) => writes))),
  ]
}

export const noOpHead = ['sandboxes', 'CPU ms', 'wall ms', 'first CPU', 'first wall', 'requests', 'writes']

/** What is not ours is told of by every pass, and is no difference. */
function demandNothing({ held, lines }: DriftReport): void {
  const differences = lines.filter(({ sign }) => sign !== '!')
  if (held !== null || differences.length > 0) throw new Error(`no no-op: ${held ?? JSON.stringify(differences)}`)
}
