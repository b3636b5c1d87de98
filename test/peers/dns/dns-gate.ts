import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Fault } from '../../contract/dns-faults.js'
import type { ServerAddress } from '../../../src/infra/dns/wire/ask.js'

type WireFault = Exclude<Fault, 'revoked'>

const SERVFAIL = 2

/** Stands before a real name server, on both transports: queries come over UDP, updates over TCP. */
export class DnsGate {
  private next: { readonly over: 'udp' | 'tcp'; readonly fault: WireFault } | null = null
  private readonly sockets = new Set<Socket>()

  private constructor(
    private readonly behind: ServerAddress,
    private readonly tcp: Server,
    private readonly udp: UdpSocket,
  ) {
    tcp.on('connection', (front) => this.takeTcp(front))
    udp.on('message', (message, from) => this.takeUdp(message, from.port))
  }

  static async open(behind: ServerAddress): Promise<DnsGate> {
    const tcp = createServer().listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    const { port } = tcp.address() as { port: number }
    const udp = createSocket('udp4')
    udp.bind(port, '127.0.0.1')
    await once(udp, 'listening')
    return new DnsGate(behind, tcp, udp)
  }

  get address(): ServerAddress {
    return { host: '127.0.0.1', port: this.udp.address().port }
  }

  /** The next answer over this transport meets that fate; the server has done what it was asked. */
  breakNext(over: 'udp' | 'tcp', fault: WireFault): void {
    this.next = { over, fault }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.udp.close()
    await new Promise((resolve) => this.tcp.close(resolve))
  }

  private takeUdp(query: Buffer, port: number): void {
    const back = createSocket('udp4')
    back.on('error', () => back.close())
    back.on('message', (answer) => {
      const spoilt = this.spoilt('udp', answer)
      if (spoilt !== null) this.udp.send(spoilt, port, '127.0.0.1')
      back.close()
    })
    back.send(query, this.behind.port, this.behind.host)
  }

  private takeTcp(front: Socket): void {
    const back = connect(this.behind.port, this.behind.host)
    for (const socket of [front, back]) this.sockets.add(socket)
    front.on('data', (bytes) => back.write(bytes))
    back.on('data', (bytes) => {
      const spoilt = this.spoilt('tcp', bytes)
      if (spoilt === null) return
      front.write(spoilt)
      if (spoilt.length < bytes.length) front.end()
    })
    for (const [socket, other] of [
      [front, back],
      [back, front],
    ] as const) {
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
  }

  /** Null: nothing arrives. */
  private spoilt(over: 'udp' | 'tcp', answer: Buffer): Buffer | null {
    if (this.next?.over !== over) return answer
    const { fault } = this.next
    this.next = null
    const header = over === 'tcp' ? 2 : 0
    switch (fault) {
      case 'lost':
        return null
      case 'cut':
        return answer.subarray(0, answer.length / 2)
      case 'garbled':
        return Buffer.concat([answer.subarray(0, header), Buffer.alloc(answer.length - header, 0xff)])
      case 'broken': {
        const refused = Buffer.from(answer)
        refused.writeUInt8((refused.readUInt8(header + 3) & 0xf0) | SERVFAIL, header + 3)
        return refused
      }
    }
  }
}
