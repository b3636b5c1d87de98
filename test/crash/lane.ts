import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { Sandbox } from '../../src/core/sandbox.js'
import { sandboxByName } from '../../src/core/state.js'
import type { ReleaseServer } from '../peers/release-server.js'
import { Outside } from '../scenario/outside.js'
import type { Stage } from '../scenario/stage.js'
import { Daemon } from './daemon.js'
import { Ledger } from './ledger.js'

/** Beside the image's own on 9999. */
const AGENT_PORT = 9990

/** One host, and the daemon that dies and comes back on it. */
export class Lane {
  readonly outside: Outside
  readonly daemon: Daemon
  private readonly folder = mkdtempSync(join(tmpdir(), 'crash-'))

  constructor(
    readonly stage: Stage,
    /** Where its agents come from; null: from their image. */
    readonly releases: ReleaseServer | null = null,
  ) {
    this.outside = new Outside(stage.host)
    this.daemon = new Daemon(
      this.folder,
      stage.host,
      releases === null ? null : { releaseUrl: releases.url, port: AGENT_PORT },
    )
  }

  /** What the database says now. */
  read<T>(look: (ledger: Ledger) => T): T {
    const ledger = new Ledger(this.daemon.state)
    try {
      return look(ledger)
    } finally {
      ledger.close()
    }
  }

  sandbox(name: string): Sandbox | undefined {
    return this.read((ledger) => sandboxByName(ledger.state(), name))
  }

  facts(name: string): Sandbox {
    const found = this.sandbox(name)
    if (found === undefined) throw new Error(`there is no sandbox ${name}`)
    return found
  }

  /** Before the daemon has seen the host, nothing can be created. */
  async hostAnswers(): Promise<void> {
    const answers = async (): Promise<void> => {
      await this.daemon.say('create', 'one', '--template', 'none')
      expect(this.daemon.heard.join('')).toContain('no template')
    }
    await vi.waitFor(answers, { timeout: 10_000, interval: 20 })
  }

  async does(...words: readonly string[]): Promise<void> {
    const code = await this.daemon.say(...words)
    if (code !== 0) throw new Error(`"${words.join(' ')}" ended with ${code}: ${this.daemon.heard.join('')}`)
  }

  async close(): Promise<void> {
    await this.daemon.kill()
    await this.outside.close()
    await this.stage.close()
    rmSync(this.folder, { recursive: true })
  }
}
