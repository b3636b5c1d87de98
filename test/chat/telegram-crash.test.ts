import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Sqlite } from '../../src/infra/sqlite/driver.js'
import { Daemon } from '../crash/daemon.js'
import { simulatedStage } from '../scenario/simulated-stage.js'
import type { Stage } from '../scenario/stage.js'
import { TelegramStage } from './telegram-stage.js'

const patient = { timeout: 15_000, interval: 25 }

describe.each(['polling', 'webhook'] as const)('SIGKILL between effect and confirmation, by %s', (mode) => {
  const stage = new TelegramStage(mode)
  const folder = mkdtempSync(join(tmpdir(), 'crash-'))
  let host: Stage
  let daemon: Daemon

  beforeAll(async () => {
    await stage.start()
    host = await simulatedStage()
    const access = { admins: ['console:ada', stage.people.ada.identity], members: [] }
    daemon = new Daemon(folder, host.host, null, { ...stage.config(), access })
    await daemon.start()
    await vi.waitFor(async () => {
      await daemon.say('create', 'one', '--template', 'none')
      expect(daemon.heard.join('')).toContain('no template')
    }, patient)
  }, 30_000)
  afterAll(async () => {
    await daemon.kill()
    await stage.close()
    await host.close()
    rmSync(folder, { recursive: true })
  })

  const verbs = (): readonly unknown[] => {
    const db = new Sqlite(join(daemon.state, 'state.db'), { readonly: true })
    const rows = db.prepare<[]>('SELECT verb FROM operation ORDER BY rowid').pluck().all()
    db.close()
    return rows
  }
  const reads = (words: string): Promise<void> =>
    vi.waitFor(
      () => expect(stage.people.ada.direct().map(({ text }) => text)).toContainEqual(expect.stringContaining(words)),
      patient,
    )

  it.each([
    ['typed', 'create', '● myapp · running', () => stage.people.ada.says('create myapp', 'direct')],
    [
      'pressed',
      'stop',
      '○ myapp · stopped',
      async () => stage.person('Ada').presses(stage.person('Ada').direct, 'Stop'),
    ],
    ['answered', 'port', 'app port 3000', () => stage.people.ada.fills({ port: '3000' })],
  ])('what was %s comes again, and is one effect, told once', { timeout: 40_000 }, async (how, verb, words, act) => {
    if (how === 'answered') await stage.people.ada.says('port myapp', 'direct')
    if (how === 'answered') await stage.people.ada.form()
    const { death } = await daemon.dieAt('written down')
    await act()
    await death
    const last = stage.peer.delivery.log.at(-1)
    expect(last).toMatchObject({ confirmedAt: null })
    await daemon.start()
    await reads(words)
    await vi.waitFor(() => expect(stage.peer.delivery.unconfirmed()).toEqual([]), patient)
    expect(last?.times).toBeGreaterThan(1)
    expect(verbs().filter((one) => one === verb)).toEqual([verb])
    const told = stage.people.ada.direct().map(({ text }) => text)
    expect(told.filter((text) => /I was away|do not know/.test(text))).toEqual([])
    expect(daemon.faults()).toEqual([])
  })
})
