import type { Agent as PlainAgent } from 'node:http'
import type { TestHost } from './engine.js'
import { OpenSocket } from './open-socket.js'
import { keepingConnections, visit } from './visit.js'

/**
 * People at one sandbox's app: two who ask again as soon as they are answered (one by a connection that is kept, one by
 * a new one each time), and one with an open WebSocket.
 */
export class Visitors {
  /** Everything that went wrong, in words. */
  readonly failures: string[] = []
  requests = 0
  echoes = 0
  private readonly agent: PlainAgent
  private readonly all: Promise<unknown>
  private gone = false

  static async of(host: TestHost, name: string): Promise<Visitors> {
    return new Visitors(host, name, await OpenSocket.to(host, name))
  }

  private constructor(
    host: TestHost,
    name: string,
    private readonly socket: OpenSocket,
  ) {
    this.agent = keepingConnections(host)
    const ask = (agent?: PlainAgent) => async () => {
      const { status } = await visit(host, name, agent === undefined ? {} : { agent })
      if (status !== 200) throw new Error(`status ${status}`)
      this.requests += 1
    }
    const echo = async () => {
      const text = String(this.echoes)
      if ((await socket.echo(text)) !== text) throw new Error('another echo')
      this.echoes += 1
    }
    this.all = Promise.all([ask(), ask(this.agent), echo].map((one) => this.again(one)))
  }

  /** They go home; what they met is in `failures`. */
  async leave(): Promise<void> {
    this.gone = true
    await this.all
    this.agent.destroy()
    this.socket.close()
  }

  private async again(one: () => Promise<void>): Promise<void> {
    while (!this.gone) {
      await one().catch((error: Error) => this.failures.push(error.message))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
