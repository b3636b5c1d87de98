import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { ask, serverAddress } from '../../../src/infra/dns/wire/ask.js'
import { decodeReply, encodeQuery, MalformedMessage } from '../../../src/infra/dns/wire/message.js'
import { never } from '../../contract/dns.js'
import { NameServer, type DoubleRecord } from '../../peers/dns/name-server.js'

let server: NameServer | null = null
afterEach(() => {
  server?.close()
  server = null
})

const records: readonly DoubleRecord[] = [
  { name: 'a.example.com', type: 'A', data: '192.0.2.1' },
  { name: 'a.example.com', type: 'AAAA', data: '2001:db8::1' },
  { name: 'a.example.com', type: 'TXT', data: 'sandpiper at=@ type=A owner=base' },
  { name: 'a.example.com', type: 'CNAME', data: 'b.example.com' },
  { name: 'example.com', type: 'NS', data: 'ns1.example.com' },
  { name: 'example.com', type: 'SOA', data: 'ns1.example.com' },
]

describe('a DNS message', () => {
  it('is read as it was meant', async () => {
    server = await NameServer.open(() => ({ rcode: 0, authoritative: true, answer: records, authority: [] }))
    const reply = await ask(server.address, { name: 'a.example.com', type: 'A', recursion: false }, never)
    expect(reply.answer.map(({ name, type, data }) => ({ name, type, data }))).toEqual(records)
    expect(reply).toMatchObject({ rcode: 0, authoritative: true, truncated: false })
  })

  it('of any bytes at all is read or refused, and never runs on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        try {
          decodeReply(Buffer.from(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('that is cut off or altered anywhere is read or refused', () => {
    const query = encodeQuery(7, 'a.example.com', 'A', true)
    const answer = Buffer.concat([query, Buffer.from('c00c000100010000003c0004c0000201', 'hex')])
    answer.writeUInt16BE(1, 6)
    expect(decodeReply(answer).answer).toEqual([{ name: 'a.example.com', type: 'A', ttl: 60, data: '192.0.2.1' }])
    fc.assert(
      fc.property(fc.nat(answer.length), fc.nat(answer.length - 1), fc.nat(255), (length, at, byte) => {
        const spoilt = Buffer.from(answer)
        spoilt[at] = byte
        try {
          decodeReply(spoilt.subarray(0, length))
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('whose names point in circles is refused', () => {
    const circle = Buffer.concat([encodeQuery(1, 'x', 'A', false).subarray(0, 12), Buffer.from('c00c00010001', 'hex')])
    expect(() => decodeReply(circle)).toThrow(MalformedMessage)
  })

  it('is asked for again when it is lost, and given up with a sentence', { timeout: 10_000 }, async () => {
    server = await NameServer.open(() => {
      throw new Error('unused')
    })
    const { port } = server.address
    server.close()
    server = null
    const asked = ask({ host: '127.0.0.1', port }, { name: 'a.test', type: 'A', recursion: false }, never)
    await expect(asked).rejects.toMatchObject({
      system: 'dns',
      retry: 'later',
      sentence: 'the name server 127.0.0.1 does not answer',
    })
  })

  it('goes to an address in any of the ways in which people write one', () => {
    expect(serverAddress('9.9.9.9')).toEqual({ host: '9.9.9.9', port: 53 })
    expect(serverAddress('9.9.9.9:5353')).toEqual({ host: '9.9.9.9', port: 5353 })
    expect(serverAddress('2620:fe::9')).toEqual({ host: '2620:fe::9', port: 53 })
    expect(serverAddress('[2620:fe::9]')).toEqual({ host: '2620:fe::9', port: 53 })
    expect(serverAddress('[2620:fe::9]:5353')).toEqual({ host: '2620:fe::9', port: 5353 })
    expect(serverAddress('ns.example.com:53')).toEqual({ host: 'ns.example.com', port: 53 })
  })
})
