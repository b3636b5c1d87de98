const LIFE_MS = 15 * 60_000

/** One interaction while its token lives. */
export interface OpenInteraction {
  readonly token: string
  /** Resolves to false where the first answer came too late: then the token was never good for anything. */
  readonly answered: Promise<boolean>
  /** "Thinking …" stands there, and who sees what comes in its place is fixed; null where nothing stands there (any more). */
  loading: 'caller' | 'place' | null
  readonly until: number
  /** One delivery after the other: a second one must not slip into the place of the first. */
  turn: Promise<unknown>
}

/** Tokens of interactions: in memory alone, and never for longer than they live. */
export class OpenInteractions {
  private readonly all = new Map<string, OpenInteraction>()

  /** `sentAt`: when it was made; its life is counted from there. Null where it is known already: delivered twice. */
  begin(id: string, token: string, sentAt: number, answered: Promise<boolean>): OpenInteraction | null {
    this.sweep()
    if (this.all.has(id)) return null
    const open = { token, answered, loading: null, until: sentAt + LIFE_MS, turn: Promise.resolve() }
    this.all.set(id, open)
    return open
  }

  has(id: string): boolean {
    return this.all.has(id)
  }

  /** Waits for the first answer; null where the token is dead. */
  async find(id: string | null): Promise<OpenInteraction | null> {
    const open = this.all.get(id ?? '')
    if (id === null || open === undefined) return null
    if (open.until > Date.now() && (await open.answered)) return open
    this.forget(id)
    return null
  }

  forget(id: string): void {
    this.all.delete(id)
  }

  /** Runs with the interaction when those before have run. */
  async inTurn<Result>(open: OpenInteraction, run: () => Promise<Result>): Promise<Result> {
    const result = open.turn.then(run)
    open.turn = result.catch(() => undefined)
    return result
  }

  private sweep(): void {
    for (const [id, { until }] of this.all) {
      // In the order in which they came: the rest is younger.
      if (until > Date.now()) return
      this.all.delete(id)
    }
  }
}
