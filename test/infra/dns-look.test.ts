import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { ResolverLook } from '../../src/infra/host/dns-look.js'
import { startSimulatedDns, type SimulatedDns, type SimulatedZone } from '../../src/infra/simulator/dns.js'

let server: SimulatedDns | undefined
let silent: Socket | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
  silent?.close()
  silent = undefined
})

async function lookAt(zone: SimulatedZone, host: string): Promise<readonly string[]> {
  server = await startSimulatedDns(zone)
  return new ResolverLook([server.address]).addresses(host, AbortSignal.timeout(5_000))
}

/** A server that answers nothing, or always the same. */
async function odd(reply: (query: Buffer) => Buffer | null): Promise<ResolverLook> {
  const socket = createSocket('udp4')
  silent = socket
  socket.on('message', (query, { port, address }) => {
    const said = reply(query)
    if (said !== null) socket.send(said, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return new ResolverLook([`127.0.0.1:${socket.address().port}`])
}

/** No answer, with this code of RFC 1035. */
const failing = (code: number) => (query: Buffer) => {
  const reply = Buffer.from(query)
  reply.writeUInt16BE(0x8180 | code, 2)
  return reply
}

describe('a look at DNS', () => {
  it('sees the addresses of both families', async () => {
    const addresses = ['203.0.113.7', '203.0.113.8', '2001:db8::7']
    expect(await lookAt((host) => (host === 'app.example.test' ? addresses : null), 'App.Example.test')).toEqual(
      addresses,
    )
  })

  it('sees none where there is no such name, or none with an address', async () => {
    expect(await lookAt(() => null, 'gone.test')).toEqual([])
    expect(await new ResolverLook([server?.address ?? '']).addresses('gone.test', AbortSignal.timeout(5_000))).toEqual(
      [],
    )
    await server?.close()
    expect(await lookAt(() => [], 'empty.test')).toEqual([])
  })

  it('asks the server, and not /etc/hosts', async () => {
    expect(await lookAt(() => null, 'localhost')).toEqual([])
  })

  it.each([
    ['SERVFAIL', 2],
    ['REFUSED', 5],
  ])('does not take %s for no such name', async (_, code) => {
    const dns = await odd(failing(code))
    const look = dns.addresses('app.test', AbortSignal.timeout(10_000))
    await expect(look).rejects.toMatchObject({
      system: 'dns',
      retry: 'later',
      sentence: 'its DNS servers give no answer',
    })
  })

  it('gives up where nobody answers, and when it is told', async () => {
    const dns = await odd(() => null)
    const sentence = 'no DNS server answers'
    const started = Date.now()
    await expect(dns.addresses('app.test', AbortSignal.timeout(300))).rejects.toMatchObject({ sentence })
    expect(Date.now() - started).toBeLessThan(1_000)
    await expect(dns.addresses('app.test', AbortSignal.timeout(10_000))).rejects.toMatchObject({ sentence })
  })
})
