/** Lets so many through at once; the others wait their turn. */
export class Turnstile {
  private within = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly most: number) {}

  async pass<T>(run: () => Promise<T>): Promise<T> {
    if (this.within >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve))
    else this.within += 1
    try {
      return await run()
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.within -= 1
      else next()
    }
  }
}
