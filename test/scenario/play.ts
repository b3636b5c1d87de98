import { rmSync } from 'node:fs'
import { afterAll, beforeAll } from 'vitest'
import { createSandbox } from '../../src/core/operations/create.js'
import type { Operation } from '../../src/core/operation.js'
import type { Login } from '../../src/core/ports.js'
import type { Sandbox } from '../../src/core/sandbox.js'
import type { CaddySettings } from '../../src/infra/caddy/settings.js'
import type { TestAgent } from './engine-settings.js'
import { Engine } from './engine.js'
import { Outside } from './outside.js'
import type { Stage } from './stage.js'
import { visit, visitUntil, type Visit } from './visit.js'

/** The stage, the engine on it, and those who come from outside. */
export class Play {
  readonly outside: Outside

  constructor(
    readonly stage: Stage,
    readonly engine: Engine,
  ) {
    this.outside = new Outside(stage.host)
  }

  host(name: string): string {
    return `${name}.${this.stage.host.base}`
  }

  /** What is known of it; throws where there is none. */
  facts(name: string): Sandbox {
    const found = this.engine.sandbox(name)
    if (found === undefined) throw new Error(`there is no sandbox ${name}`)
    return found
  }

  /** The login that was delivered last for this sandbox. */
  login(name: string): Login {
    const { id } = this.facts(name)
    const last = this.engine.logins.findLast((login) => login.sandbox === id)
    if (last === undefined) throw new Error(`no login of ${name} was delivered`)
    return last
  }

  create(name: string): Promise<Operation> {
    return this.engine.ask((context) => createSandbox(context, { target: name }))
  }

  app(name: string): Promise<Visit> {
    return visit(this.stage.host, this.host(name))
  }

  agent(name: string, login?: Login): Promise<Visit> {
    return visit(this.stage.host, `shelley.${this.host(name)}`, login === undefined ? {} : { login })
  }

  agentPath(name: string, path: string, login?: Login): Promise<Visit> {
    const options = login === undefined ? { path } : { path, login }
    return visit(this.stage.host, `shelley.${this.host(name)}`, options)
  }

  /** The app answers everybody, the agent whom it should, and nobody else. */
  async answers(name: string): Promise<{ app: number; agent: number; agentWithLogin: number }> {
    return {
      app: (await visitUntil(200, () => this.app(name))).status,
      agent: (await visitUntil(401, () => this.agent(name))).status,
      agentWithLogin: (await visitUntil(200, () => this.agent(name, this.login(name)))).status,
    }
  }

  async close(): Promise<void> {
    await this.engine.close()
    await this.outside.close()
    await this.stage.close()
    rmSync(this.engine.folder, { recursive: true })
  }
}

export const asItShould = { app: 200, agent: 401, agentWithLogin: 200 }

/** One play for the tests of a `describe`, which follow on each other. */
export function playOf(
  open: () => Promise<Stage>,
  change: Partial<CaddySettings> = {},
  agent: () => Promise<TestAgent | null> = () => Promise.resolve(null),
): () => Play {
  let play: Play
  beforeAll(async () => {
    const stage = await open()
    play = new Play(stage, new Engine(stage.host, change, await agent()))
    await play.engine.loop.pass({ apply: true })
  })
  afterAll(() => play.close())
  return () => play
}
