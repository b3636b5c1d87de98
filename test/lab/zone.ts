import { execa } from 'execa'
import type { Lab } from './lab.js'

/** Records on the lab's BIND, as an operator sets them by hand. */
export class ZoneByHand {
  private readonly names = new Set<string>()

  constructor(private readonly bind: Lab['dns']['bind']) {}

  /** In place of what the name has. */
  async leads(host: string, ...addresses: readonly string[]): Promise<void> {
    this.names.add(host)
    const added = addresses.map(
      (address) => `update add ${host}. 60 ${address.includes(':') ? 'AAAA' : 'A'} ${address}`,
    )
    await this.update([`update delete ${host}.`, ...added])
  }

  /** Takes away all that was set. */
  async clear(): Promise<void> {
    for (const host of this.names) await this.update([`update delete ${host}.`])
    this.names.clear()
  }

  private async update(lines: readonly string[]): Promise<void> {
    const [host, port] = this.bind.address.split(':')
    const input = [`server ${host} ${port}`, ...lines, 'send', ''].join('\n')
    await execa('nsupdate', ['-k', this.bind.keyFile], { input })
  }
}
