import type { AgentChange, WantedAgent } from '../../core/parts/agent.js'
import type { AgentKeeper } from '../../core/ports.js'
import type { IncusClient } from '../incus/client.js'
import { Inside } from './inside.js'
import { refused } from './release.js'
import type { ReleaseStore } from './release-store.js'
import { BINARY, FORMER_BINARY, NEXT_BINARY } from './unit-files.js'
import { VersionProbe } from './version-probe.js'

type Detail = (text: string) => void

export interface ShelleyLimits {
  /** From its exit until the new one has to answer. */
  readonly healthMs: number
  /** For the former one, when it is put back. */
  readonly backMs: number
}

/** Together under ten seconds: so long nobody has an agent where a release is bad. */
const LIMITS: ShelleyLimits = { healthMs: 6_000, backMs: 3_000 }

/** Puts Shelley into sandboxes by Incus' file API: nothing is downloaded or built in there. */
export class ShelleyKeeper implements AgentKeeper {
  private readonly probe = new VersionProbe()

  constructor(
    private readonly client: IncusClient,
    private readonly releases: ReleaseStore,
    private readonly limits: ShelleyLimits = LIMITS,
  ) {}

  async apply(change: AgentChange, detail: Detail, signal: AbortSignal): Promise<void> {
    const inside = new Inside(this.client, change.wanted, signal)
    switch (change.kind) {
      case 'agent.install':
        return this.install(inside, change.wanted, detail, signal)
      case 'agent.configure':
        return this.configure(inside, change.version)
      case 'agent.update':
        return this.update(inside, change, detail, signal)
      case 'agent.restore':
        return this.restore(inside, change, signal)
    }
  }

  async answers(wanted: WantedAgent, signal: AbortSignal): Promise<boolean> {
    return (await this.probe.until(wanted, () => true, signal)) !== null
  }

  async close(): Promise<void> {
    await this.probe.close()
  }

  private async install(inside: Inside, wanted: WantedAgent, detail: Detail, signal: AbortSignal): Promise<void> {
    const { isRunning, architecture } = await inside.look()
    const { build, remark } =
      wanted.version === null
        ? await this.releases.take(architecture, signal, detail)
        : { build: await this.releases.version(wanted.version, architecture, signal, detail), remark: null }
    await Promise.all([inside.pushUnits(), inside.pushBinary(build, isRunning ? NEXT_BINARY : BINARY)])
    if (isRunning) {
      await inside.must('mv', '-f', NEXT_BINARY, BINARY)
      await activate(inside)
    }
    await inside.mark(build.version)
    detail(remark === null ? build.version : `${build.version}: ${remark}`)
  }

  private async configure(inside: Inside, version: string): Promise<void> {
    const { isRunning } = await inside.look()
    await inside.pushUnits()
    if (isRunning) await activate(inside)
    await inside.mark(version)
  }

  /** Each step may run again after any other: the mark says that it began, and the former binary is set aside once. */
  private async update(
    inside: Inside,
    { wanted, from, to }: Extract<AgentChange, { kind: 'agent.update' }>,
    detail: Detail,
    signal: AbortSignal,
  ): Promise<void> {
    const { isRunning, architecture } = await inside.look()
    const build = await this.releases.version(to, architecture, signal, detail)
    await inside.mark(from, to)
    if (!isRunning) {
      await inside.pushBinary(build, BINARY)
      return inside.mark(to)
    }
    await inside.pushBinary(build, NEXT_BINARY)
    // Fails where it is set aside already, by a run that did not come to its end.
    await inside.run('ln', BINARY, FORMER_BINARY)
    await inside.must('mv', '-f', NEXT_BINARY, BINARY)
    if (!(await this.goesOnAs(to, inside, wanted, signal))) {
      await this.putBack(from, inside, wanted, signal)
      await inside.mark(from)
      const seconds = this.limits.healthMs / 1000
      throw refused('never', `${to} in ${wanted.instance} did not answer within ${seconds} s`, {
        sentence: `Shelley ${to} did not answer within ${seconds} s, so ${from} is back`,
      })
    }
    await inside.run('rm', '-f', FORMER_BINARY)
    await inside.mark(to)
  }

  private async restore(
    inside: Inside,
    { wanted, version }: Extract<AgentChange, { kind: 'agent.restore' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { isRunning, architecture } = await inside.look()
    if (isRunning) await this.putBack(version, inside, wanted, signal)
    else await inside.pushBinary(await this.releases.version(version, architecture, signal, () => {}), BINARY)
    await inside.mark(version)
  }

  /** Whether it answers as this version in time; what ran before hands its conversations on. */
  private async goesOnAs(version: string, inside: Inside, wanted: WantedAgent, signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.limits.healthMs)])
    const running = await this.probe.version(wanted, limit)
    if (running === version) return true
    if (running === null || !(await this.probe.exitAndResume(wanted, limit))) await endAndStart(inside)
    const seen = await this.probe.until(wanted, (one) => one === version, limit)
    signal.throwIfAborted()
    return seen !== null
  }

  /** The one that was set aside, where one was: without it the swap never came about. One that still runs runs on. */
  private async putBack(version: string, inside: Inside, wanted: WantedAgent, signal: AbortSignal): Promise<void> {
    const isAside = (await inside.run('test', '-e', FORMER_BINARY)).exitCode === 0
    if (!isAside) return
    await inside.must('mv', '-f', FORMER_BINARY, BINARY)
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.limits.backMs)])
    if ((await this.probe.version(wanted, limit)) === version) return
    await endAndStart(inside)
    await this.probe.until(wanted, () => true, limit)
    signal.throwIfAborted()
  }
}

/** Units that have changed under a running systemd. */
async function activate(inside: Inside): Promise<void> {
  await inside.must('systemctl', 'daemon-reload')
  await inside.must('systemctl', 'restart', 'shelley.socket')
  await inside.must('systemctl', 'restart', 'shelley.service')
}

/** What hangs is not asked politely; and what its unit has started again by itself is not disturbed. */
async function endAndStart(inside: Inside): Promise<void> {
  await inside.run('systemctl', 'kill', '--kill-whom=main', '--signal=SIGKILL', 'shelley.service')
  await inside.run('systemctl', 'reset-failed', 'shelley.socket', 'shelley.service')
  await inside.must('systemctl', 'start', 'shelley.socket', 'shelley.service')
}
