import { raw, rawDone } from './incus.js'
import type { Lab } from './lab.js'

/** A bridge of a test's own, beside the lab's. */
export class Bridge {
  private readonly path: string

  constructor(
    private readonly lab: Lab,
    readonly name: string,
  ) {
    this.path = `/1.0/networks/${name}`
  }

  /** What a test that died has left is replaced. Nothing may be connected to it. */
  async make(config: Readonly<Record<string, string>>): Promise<void> {
    await this.remove()
    await rawDone(this.lab, 'POST', '/1.0/networks', { name: this.name, type: 'bridge', config })
  }

  async change(config: Readonly<Record<string, string>>): Promise<void> {
    await rawDone(this.lab, 'PATCH', this.path, { config })
  }

  async remove(): Promise<void> {
    if ((await raw(this.lab, 'GET', this.path)).status === 200) await rawDone(this.lab, 'DELETE', this.path)
  }
}
