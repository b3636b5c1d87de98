import { execa } from 'execa'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureAcl } from '../../src/infra/incus/network.js'
import { asItShould, playOf } from '../scenario/play.js'
import { labStage } from './stage.js'

const ACL = 'neighbours'
const signal = AbortSignal.timeout(120_000)

/** On this machine alone: what stands for the host's own network, for what links it, and for the rest of the world. */
const HERE = { lan: '192.168.253.1', link: '169.254.253.1', world: '203.0.113.1' }

const CONNECT = `
import socket, sys
address, port, source = sys.argv[1:]
try:
    socket.create_connection((address, int(port)), 2, (source, 0) if source else None)
    print('connected')
except OSError as error:
    print(error)
`

/** The lab's kernel takes no ACL at a NIC, so the same rules stand at the bridge. */
describe('lab: what a sandbox reaches', () => {
  const the = playOf(() => labStage())
  const servers: Server[] = []
  let port = 0
  let bridge = ''
  let gateway = ''

  /** Whether a connection from inside `one` comes about, from an address that is its own or not. */
  async function reaches(address: string | null, at = port, from: string | null = null): Promise<boolean> {
    const told = await the().outside.inside(
      the().facts('one').instance,
      'python3',
      '-c',
      CONNECT,
      address ?? '',
      String(at),
      from ?? '',
    )
    return told === 'connected\n'
  }

  async function listen(at: number): Promise<number> {
    const server = createServer((socket) => socket.end())
    servers.push(server)
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, '0.0.0.0', resolve))
    return (server.address() as AddressInfo).port
  }

  const neighbour = () => the().facts('two').ipv4
  const atBridge = (acls: string) =>
    the().outside.changeIncus('PATCH', `/1.0/networks/${bridge}`, { config: { 'security.acls': acls } })

  beforeAll(async () => {
    const { engine, stage, outside } = the()
    for (const address of Object.values(HERE)) await execa('ip', ['address', 'add', `${address}/32`, 'dev', 'lo'])
    port = await listen(0)
    await listen(25)
    for (const name of ['one', 'two']) await the().create(name)
    for (const name of ['one', 'two']) expect(await the().answers(name)).toEqual(asItShould)
    const network = await engine.instances.network(signal)
    bridge = stage.host.network
    gateway = network.ipv4?.split('/')[0] ?? ''
    await ensureAcl(outside.incus, ACL, network, signal)
  })
  afterAll(async () => {
    for (const address of Object.values(HERE)) await execa('ip', ['address', 'del', `${address}/32`, 'dev', 'lo'])
    for (const server of servers) server.close()
    await atBridge('')
    await the().outside.changeIncus('DELETE', `/1.0/network-acls/${ACL}`)
  })

  it('without rules: the host and what is behind it, and no neighbour', async () => {
    for (const address of [gateway, ...Object.values(HERE)])
      expect([address, await reaches(address)]).toEqual([address, true])
    expect(await reaches(HERE.world, 25)).toBe(true)
    expect(await reaches(neighbour(), 8000)).toBe(false)
  })

  it('by its own address alone', async () => {
    const { outside, stage } = the()
    const stolen = stage.host.pins?.[1]
    await outside.inside(the().facts('one').instance, 'ip', 'address', 'add', `${stolen}/32`, 'dev', 'eth0')
    expect(await reaches(HERE.world, port, stolen)).toBe(false)
    expect(await reaches(HERE.world, port, the().facts('one').ipv4)).toBe(true)
  })

  it('with the rules: the world, and neither the host, nor its networks, nor anybody’s mail server', async () => {
    await atBridge(ACL)
    for (const address of [gateway, HERE.lan, HERE.link])
      expect([address, await reaches(address)]).toEqual([address, false])
    expect(await reaches(HERE.world, 25)).toBe(false)
    expect(await reaches(HERE.world)).toBe(true)
    for (const name of ['one', 'two']) expect(await the().answers(name)).toEqual(asItShould)
  })

  it('without isolation and rules: the neighbour too, or all of this shows nothing', async () => {
    const { outside } = the()
    await atBridge('')
    for (const name of ['one', 'two']) {
      const { instance } = the().facts(name)
      const { eth0 } = await outside.devicesOf(instance)
      await outside.power(instance, 'stop')
      const open = { ...eth0, 'security.port_isolation': 'false' }
      await outside.changeIncus('PATCH', `/1.0/instances/${instance}`, { devices: { eth0: open } })
      await outside.power(instance, 'start')
    }
    await expect.poll(() => reaches(neighbour(), 8000), { timeout: 20_000 }).toBe(true)
  })
})
