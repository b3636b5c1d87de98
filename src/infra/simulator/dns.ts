import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { familyOf, numberOf } from '../../core/ip.js'

export interface SimulatedDns {
  /** `127.0.0.1:5353` */
  readonly address: string
  close(): Promise<void>
}

/** What it says of a host name; null: there is no such name. */
export type SimulatedZone = (host: string) => readonly string[] | null

const HEADER = 12
const NAME_ERROR = 3
const FAMILIES: ReadonlyMap<number, 4 | 6> = new Map([
  [1, 4],
  [28, 6],
])

/** A resolver on loopback, by UDP (RFC 1035): A and AAAA records alone. */
export async function startSimulatedDns(zone: SimulatedZone): Promise<SimulatedDns> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => {
    const reply = replyTo(query, zone)
    if (reply !== null) socket.send(reply, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function replyTo(query: Buffer, zone: SimulatedZone): Buffer | null {
  const { host, end } = nameIn(query)
  if (query.length < end + 4) return null
  const family = FAMILIES.get(query.readUInt16BE(end))
  const found = zone(host)
  const addresses = (found ?? []).filter((address) => familyOf(address) === family)
  const header = Buffer.alloc(HEADER)
  query.copy(header, 0, 0, 2)
  // An answer, to a question that was asked recursively.
  header.writeUInt16BE(0x8180 | (found === null ? NAME_ERROR : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(addresses.length, 6)
  return Buffer.concat([header, query.subarray(HEADER, end + 4), ...addresses.map(record)])
}

function nameIn(query: Buffer): { readonly host: string; readonly end: number } {
  const labels: string[] = []
  let at = HEADER
  for (let length = query[at] ?? 0; length > 0 && at + length < query.length; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { host: labels.join('.').toLowerCase(), end: at + 1 }
}

/** Of the name in the question, and good for this moment alone. */
function record(address: string): Buffer {
  const family = familyOf(address)
  const bytes = family === 4 ? 4 : 16
  const head = Buffer.from([0xc0, HEADER, 0, family === 4 ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, bytes])
  return Buffer.concat([
    head,
    Buffer.from(
      numberOf(address, family)
        .toString(16)
        .padStart(bytes * 2, '0'),
      'hex',
    ),
  ])
}
