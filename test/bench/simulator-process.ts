import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const MODULE = join(import.meta.dirname, '../../dist/infra/simulator/simulator.js')
/** Ends with its stdin, and so with whoever started it. */
const SCRIPT = `
  const [module, folder] = process.argv.slice(1)
  const { startSimulator } = await import(module)
  await startSimulator({ folder })
  process.stdin.resume().on('end', () => process.exit())
  console.log('up')
`

/** The simulator in a process of its own, from dist: its CPU time is not ours. The answer stops it. */
export async function startSimulatorProcess(folder: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, MODULE, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const cameUp = await Promise.race([once(child.stdout, 'data').then(() => true), exited.then(() => false)])
  if (!cameUp) throw new Error('the simulator did not start; is `dist` built?')
  return async () => {
    child.stdin.end()
    await exited
  }
}
