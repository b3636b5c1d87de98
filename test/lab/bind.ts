import { execa } from 'execa'
import type { Lab } from './lab.js'

/** The lab's BIND, seen past our own code. */
export class Bind {
  private readonly host: string
  private readonly port: string

  constructor(private readonly facts: Lab['dns']['bind']) {
    ;[this.host = '', this.port = ''] = facts.address.split(':')
  }

  /** The answers of this type, without their order. */
  async dig(name: string, type: string): Promise<readonly string[]> {
    const { stdout } = await execa('dig', [`@${this.host}`, '-p', this.port, '+short', '+norecurse', name, type])
    return stdout.split('\n').filter((line) => line !== '')
  }

  /** A whole zone but its SOA: `name. ttl IN type data`, sorted. */
  async transfer(zone: string): Promise<readonly string[]> {
    const { stdout } = await execa('dig', [`@${this.host}`, '-p', this.port, '+noall', '+answer', 'AXFR', zone])
    const lines = stdout.split('\n').map((line) => line.replaceAll(/\s+/g, ' '))
    return lines.filter((line) => line !== '' && !line.includes(' SOA ')).sort()
  }

  async serial(zone: string): Promise<string> {
    return (await this.dig(zone, 'SOA'))[0]?.split(' ')[2] ?? ''
  }

  /** Somebody else's hand: lines of nsupdate. */
  async update(zone: string, ...lines: readonly string[]): Promise<void> {
    const input = [`server ${this.host} ${this.port}`, `zone ${zone}.`, ...lines, 'send', ''].join('\n')
    await execa('nsupdate', ['-v', '-k', this.facts.keyFile], { input })
  }
}
