import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { ServerAddress } from '../../../src/infra/dns/wire/ask.js'

export interface DoubleRecord {
  readonly name: string
  readonly type: 'A' | 'AAAA' | 'CNAME' | 'NS' | 'SOA' | 'TXT'
  readonly data: string
}

export interface DoubleReply {
  readonly rcode: number
  readonly authoritative: boolean
  readonly answer: readonly DoubleRecord[]
  readonly authority: readonly DoubleRecord[]
}

const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28 } as const
const TTL = 60

export const refused: DoubleReply = { rcode: 5, authoritative: false, answer: [], authority: [] }

/** A name server on loopback that says what it is told to, over UDP. */
export class NameServer {
  readonly questions: string[] = []

  private constructor(
    private readonly socket: Socket,
    private answer: (name: string, type: string) => DoubleReply,
  ) {
    socket.on('message', (message, from) => socket.send(this.replyTo(message), from.port, from.address))
  }

  static async open(answer: (name: string, type: string) => DoubleReply = () => refused): Promise<NameServer> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new NameServer(socket, answer)
  }

  get address(): ServerAddress {
    return { host: '127.0.0.1', port: this.socket.address().port }
  }

  says(answer: (name: string, type: string) => DoubleReply): void {
    this.answer = answer
  }

  close(): void {
    this.socket.close()
  }

  private replyTo(query: Buffer): Buffer {
    const { name, end } = nameAt(query, 12)
    const number = query.readUInt16BE(end)
    const type = Object.entries(TYPES).find(([, one]) => one === number)?.[0] ?? String(number)
    this.questions.push(`${name} ${type}`)
    const { rcode, authoritative, answer, authority } = this.answer(name, type)
    const header = Buffer.alloc(12)
    query.copy(header, 0, 0, 2)
    header.writeUInt16BE(0x8000 | (authoritative ? 0x0400 : 0) | rcode, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(answer.length, 6)
    header.writeUInt16BE(authority.length, 8)
    return Buffer.concat([header, query.subarray(12, end + 4), ...[...answer, ...authority].map(encoded)])
  }
}

function nameAt(message: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = from
  for (let size = message.readUInt8(at); size > 0; size = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + size))
    at += size + 1
  }
  return { name: labels.join('.'), end: at + 1 }
}

function encodedName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.')
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ])
}

function encoded({ name, type, data }: DoubleRecord): Buffer {
  const fixed = Buffer.alloc(10)
  const rdata = rdataOf(type, data)
  fixed.writeUInt16BE(TYPES[type], 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt32BE(TTL, 4)
  fixed.writeUInt16BE(rdata.length, 8)
  return Buffer.concat([encodedName(name), fixed, rdata])
}

function rdataOf(type: DoubleRecord['type'], data: string): Buffer {
  switch (type) {
    case 'A':
      return Buffer.from(data.split('.').map(Number))
    case 'AAAA': {
      const [head = '', tail = ''] = data.split('::')
      const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
      const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0')
      const all = [...groups(head), ...zeros, ...groups(tail)].map((group) => group.padStart(4, '0'))
      return Buffer.from(all.join(''), 'hex')
    }
    case 'TXT':
      return Buffer.concat([Buffer.of(data.length), Buffer.from(data)])
    case 'SOA':
      return Buffer.concat([encodedName(data), encodedName('hostmaster.test'), Buffer.alloc(20)])
    case 'NS':
    case 'CNAME':
      return encodedName(data)
  }
}
