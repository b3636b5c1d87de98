import { InfraError } from '../core/errors.js'
import type { AgentReleases, Announcer, Store } from '../core/ports.js'

export interface AgentWatchParts {
  readonly releases: AgentReleases
  readonly store: Pick<Store, 'state' | 'commit'>
  readonly announcer: Pick<Announcer, 'sandboxChanged'>
  /** Whether a template puts an agent of ours in. */
  readonly isOffered: boolean
  readonly log: (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void
}

/** Looks for a newer agent ahead of time, so that neither a create nor an update waits for a download. */
export class AgentWatch {
  private looking: Promise<void> | null = null
  private readonly stopping = new AbortController()

  constructor(private readonly parts: AgentWatchParts) {}

  /** One look for however many ask meanwhile; none where nobody has such an agent. Never throws. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = null))
    return this.looking
  }

  async close(): Promise<void> {
    this.stopping.abort()
    await this.looking
  }

  private async lookOnce(): Promise<void> {
    const { releases, store, announcer, isOffered, log } = this.parts
    const ours = () => store.state().sandboxes.filter(({ spec }) => spec.agent.kind === 'shelley')
    if (!isOffered && ours().length === 0) return
    try {
      const version = await releases.fetchNewest(this.stopping.signal)
      if (version === store.state().newestAgent) return
      store.commit([{ edit: 'agent.newest', version }])
      log('info', 'a newer agent is here', { version })
      // Their cards say it, once: in place.
      for (const { id } of ours()) announcer.sandboxChanged(id)
    } catch (error) {
      if (this.stopping.signal.aborted) return
      const isForeign = error instanceof InfraError
      const message = isForeign ? error.message : 'looking for a newer agent failed unexpectedly'
      log(isForeign ? 'warn' : 'error', message, { error })
    }
  }
}
