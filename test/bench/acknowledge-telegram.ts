import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { TelegramStage } from '../chat/telegram-stage.js'
import { Daemon } from '../crash/daemon.js'
import { simulatedHost } from './simulated-host.js'
import { startSimulatorProcess } from './simulator-process.js'

const BARE = join(import.meta.dirname, 'bare-telegram.mjs')
const PEOPLE = 50
const TICK_MS = 10

/** What acknowledges: a process of its own, beside the peer. */
export interface Acknowledger {
  readonly stage: TelegramStage
  close(): Promise<void>
}

export async function sandpiper(mode: 'polling' | 'webhook'): Promise<Acknowledger> {
  const stage = await stageOf(mode)
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const stop = await startSimulatorProcess(folder)
  const members = [...stage.peer.world.users.keys()].map((id) => `telegram::${id}`)
  const access = { admins: ['console:ada'], members }
  const daemon = new Daemon(folder, simulatedHost(folder), null, { ...stage.config(), access })
  await daemon.start()
  const close = async (): Promise<void> => {
    await daemon.kill()
    await stop()
    await stage.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { stage, close }
}

export async function bareHandler(mode: 'polling' | 'webhook'): Promise<Acknowledger> {
  const stage = await stageOf(mode)
  const { token, apiRoot, delivery } = stage.peer
  const port = new URL(delivery.webhookAt ?? '').port
  const child = fork(BARE, [token, apiRoot, ...(mode === 'webhook' ? [port] : [])])
  await once(child, 'message')
  const close = async (): Promise<void> => {
    child.kill('SIGKILL')
    await stage.close()
  }
  return { stage, close }
}

/** Types so many commands a second, for so many seconds; how long each took to be acknowledged, in milliseconds, sorted. */
export async function acknowledge(
  { stage }: Acknowledger,
  perSecond: number,
  seconds: number,
): Promise<readonly number[]> {
  const { peer } = stage
  const people = [...peer.world.users.values()].slice(-PEOPLE)
  const before = peer.delivery.log.length
  const from = performance.now()
  const all = perSecond * seconds
  await new Promise<void>((resolve) => {
    let sent = 0
    const timer = setInterval(() => {
      for (; sent < all && sent < ((performance.now() - from) / 1000) * perSecond; sent += 1) {
        const user = people[sent % people.length]
        const chat = user === undefined ? undefined : peer.world.privateChat(user)
        if (user !== undefined && chat !== undefined) peer.world.type(chat, user, '/list')
      }
      if (sent < all) return
      clearInterval(timer)
      resolve()
    }, TICK_MS)
  })
  const sent = peer.delivery.log.slice(before)
  await vi.waitFor(
    () => {
      if (sent.some((one) => one.confirmedAt === null)) throw new Error('not all is acknowledged')
    },
    { timeout: 30_000, interval: 10 },
  )
  return sent.map((one) => (one.confirmedAt ?? Infinity) - one.at).toSorted((a, b) => a - b)
}

async function stageOf(mode: 'polling' | 'webhook'): Promise<TelegramStage> {
  const stage = new TelegramStage(mode)
  await stage.start()
  for (let index = 0; index < PEOPLE; index += 1) stage.peer.person(`Person${index}`).opens()
  return stage
}
