import { connect, createServer, type Server, type Socket } from 'node:net'

type Pair = readonly [front: Socket, back: Socket]

/** Stands before the unix socket of a real server: lets through, hangs as a frozen one does, or is not there at all. */
export class Gate {
  private readonly pairs = new Set<Pair>()
  private server: Server | null = null
  private isFrozen = false
  private trap: { readonly request: RegExp; readonly close: () => Promise<void> } | null = null

  constructor(
    readonly path: string,
    private readonly behind: string,
  ) {}

  /** What came while it hung goes on now. */
  async open(): Promise<void> {
    this.isFrozen = false
    for (const socket of this.sockets()) socket.resume()
    await this.listen()
  }

  /** Takes connections, and answers none; those that are open hear nothing more either. */
  async hang(): Promise<void> {
    this.isFrozen = true
    for (const socket of this.sockets()) socket.pause()
    await this.listen()
  }

  /** Cuts all connections, and leaves no socket file. */
  async leave(): Promise<void> {
    const { server } = this
    this.server = null
    for (const socket of this.sockets()) socket.destroy()
    if (server !== null) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  /** Hangs or leaves right behind the next request like this one: it arrives, and its answer does not. */
  closeBehind(request: RegExp, how: 'hang' | 'leave'): void {
    this.trap = { request, close: () => this[how]() }
  }

  private sockets(): readonly Socket[] {
    return [...this.pairs].flat()
  }

  private async listen(): Promise<void> {
    if (this.server !== null) return
    const server = createServer((front) => this.take(front))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.path, resolve)
    })
    this.server = server
  }

  private take(front: Socket): void {
    const back = connect(this.behind)
    const pair: Pair = [front, back]
    this.pairs.add(pair)
    for (const [from, to] of [pair, [back, front]] as const) {
      from.on('data', (bytes) => {
        to.write(bytes)
        if (from === front) this.spring(bytes)
      })
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        this.pairs.delete(pair)
      })
      if (this.isFrozen) from.pause()
    }
  }

  private spring(bytes: Buffer): void {
    const { trap } = this
    if (trap === null || !trap.request.test(bytes.toString('latin1'))) return
    this.trap = null
    void trap.close()
  }
}
