import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, fetch as undiciFetch } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { IncusClient } from '../../src/infra/incus/client.js'
import { exec } from '../../src/infra/incus/exec.js'
import { startSimulatedIncus } from '../../src/infra/simulator/incus/start.js'

interface Envelope {
  type: string
  operation: string
  error: string
  metadata: Record<string, never> & { [key: string]: unknown }
}
interface Answer {
  code: number
  etag: string
  body: Envelope
}

let folder: string
let close: () => Promise<void>
let agent: Agent
let octet = 10
/** A subnet of this process, so that other test files can boot guests at the same time. */
const pin = () => `127.77.${100 + (process.pid % 100)}.${octet++}`

const socketPath = () => join(folder, 'incus.socket')

async function begin(): Promise<void> {
  const incus = await startSimulatedIncus({
    socketPath: socketPath(),
    stateFolder: join(folder, 'state'),
    latencyMs: 5,
  })
  agent = new Agent({ connect: { socketPath: socketPath() } })
  close = async () => {
    await agent.destroy()
    await incus.close()
  }
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await undiciFetch(`http://incus${path}`, { method, headers, dispatcher: agent, ...init })
  return { code: answer.status, etag: answer.headers.get('etag') ?? '', body: (await answer.json()) as Envelope }
}

/** Runs a background change to its end; the operation's `err`, empty when it went well. */
async function run(method: string, path: string, body?: unknown): Promise<string> {
  const { code, body: started } = await call(method, path, body)
  expect(code, started.error).toBe(202)
  return (await call('GET', `${started.operation}/wait?timeout=10`)).body.metadata['err'] ?? ''
}

const create = (name: string, ipv4: string | null, more: object = {}) =>
  run('POST', '/1.0/instances', {
    name,
    source: { type: 'image', alias: 'sb/trixie' },
    devices: ipv4 === null ? {} : { eth0: { type: 'nic', network: 'simbr0', name: 'eth0', 'ipv4.address': ipv4 } },
    ...more,
  })
const power = (name: string, action: string, force = false) =>
  run('PUT', `/1.0/instances/${name}/state`, { action, force })
const push = (name: string, path: string, body: string, headers: Record<string, string> = {}) =>
  undiciFetch(`http://incus/1.0/instances/${name}/files?path=${encodeURIComponent(path)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body,
    dispatcher: agent,
  })
const pull = (name: string, path: string) =>
  undiciFetch(`http://incus/1.0/instances/${name}/files?path=${encodeURIComponent(path)}`, { dispatcher: agent })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'simulated-incus-'))
  await begin()
})
afterEach(async () => {
  await close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the simulated Incus', () => {
  it('is a private socket that says what it is', async () => {
    expect(statSync(socketPath()).mode & 0o777).toBe(0o600)
    const { body } = await call('GET', '/1.0')
    expect(body.metadata['environment']).toMatchObject({ server_version: '7.0.2' })
  })

  it('does not take the socket of one that runs', async () => {
    const second = startSimulatedIncus({ socketPath: socketPath(), stateFolder: join(folder, 'state') })
    await expect(second).rejects.toThrow('Another simulated host runs')
  })

  it('refuses what Incus refuses, in its words', async () => {
    const address = pin()
    expect(await create('one', address, { start: true })).toBe('')
    const twice = await call('POST', '/1.0/instances', { name: 'one', source: { type: 'none' } })
    expect(twice).toMatchObject({ code: 500, body: { type: 'error', error: 'Instance "one" already exists' } })
    expect((await call('DELETE', '/1.0/instances/one')).code).toBe(400)
    expect(await power('one', 'start')).toContain('already running')
    expect(await create('two', address)).toBe('')
    expect(await power('two', 'start')).toBe(
      `Failed start validation for device "eth0": IP address "${address}" already defined on another NIC`,
    )
    const remote = { type: 'image', server: 'https://ghcr.io', protocol: 'oci', alias: 'no/such' }
    expect(await create('three', null, { source: remote })).toContain('Failed getting remote image info')
    expect((await call('GET', '/1.0/instances/three')).code).toBe(404)
  })

  it('keeps ETags: a stale change is refused', async () => {
    await create('one', pin())
    const { etag } = await call('GET', '/1.0/instances/one')
    const patch = { config: { 'user.sandpiper.id': 'x', 'volatile.apply_template': '' } }
    expect((await call('PATCH', '/1.0/instances/one', patch, { 'if-match': etag })).code).toBe(200)
    expect((await call('PATCH', '/1.0/instances/one', patch, { 'if-match': etag })).code).toBe(412)
    const config = (await call('GET', '/1.0/instances/one')).body.metadata['config']
    expect(config).toMatchObject({ 'user.sandpiper.id': 'x' })
    expect(config).not.toHaveProperty(['volatile.apply_template'])
  })

  it('takes and gives files, also while stopped', async () => {
    await create('one', pin())
    expect((await push('one', '/etc/ssh/key', 'secret', { 'x-incus-mode': '0600', 'x-incus-uid': '5' })).status).toBe(
      200,
    )
    const file = await pull('one', '/etc/ssh/key')
    expect(await file.text()).toBe('secret')
    expect(file.headers.get('x-incus-mode')).toBe('0600')
    expect(file.headers.get('x-incus-uid')).toBe('5')
    expect((await push('one', '/no/such/dir', 'x')).status).toBe(404)
    expect((await push('one', '/opt', '', { 'x-incus-type': 'directory' })).status).toBe(200)
    await push('one', '/opt/empty', 'lost', { 'content-type': 'application/x-www-form-urlencoded' })
    expect(await (await pull('one', '/opt/empty')).text()).toBe('')
    expect(await (await pull('one', '/opt')).json()).toMatchObject({ metadata: ['empty'] })
    expect((await pull('one', '/../../incus.json')).status).toBe(404)
  })

  it('runs instances as real servers', async () => {
    const address = pin()
    await create('one', address, { start: true })
    const before = (await call('GET', '/1.0/instances/one')).body.metadata['last_used_at']
    expect(await (await fetch(`http://${address}:8000/`)).text()).toContain('one')
    expect(await (await fetch(`http://${address}:8000/echo?a=1`)).json()).toMatchObject({
      method: 'GET',
      path: '/echo?a=1',
    })
    expect(await (await fetch(`http://${address}:9999/version`)).json()).toMatchObject({ simulated: true })
    await push('one', '/home/exedev/www', '', { 'x-incus-type': 'directory' })
    await push('one', '/home/exedev/www/hi.txt', 'hello')
    expect(await (await fetch(`http://${address}:8000/hi.txt`)).text()).toBe('hello')
    const banner = await new Promise<string>((resolve, reject) => {
      const socket = connect(2222, address)
      socket.on('error', reject).once('data', (data) => {
        resolve(data.toString())
        socket.destroy()
      })
    })
    expect(banner).toBe('SSH-2.0-SandpiperSimulator\r\n')
    const echoed = await new Promise<string>((resolve, reject) => {
      const socket = new WebSocket(`ws://${address}:8000/`)
      socket.on('error', reject).on('open', () => socket.send('ping'))
      socket.on('message', (data: Buffer) => {
        resolve(data.toString())
        socket.close()
      })
    })
    expect(echoed).toBe('ping')
    const running = (await call('GET', '/1.0/instances/one/state')).body.metadata
    expect(running).toMatchObject({ status: 'Running', cpu: { usage: null }, memory: { usage: null } })
    expect(running).toMatchObject({ network: { eth0: { addresses: [{ family: 'inet', scope: 'global', address }] } } })
    expect(await power('one', 'restart', true)).toBe('')
    expect((await call('GET', '/1.0/instances/one')).body.metadata['last_used_at']! > before!).toBe(true)
    expect(await power('one', 'stop')).toBe('')
    expect((await call('GET', '/1.0/instances/one/state')).body.metadata['network']).toBeNull()
    await expect(fetch(`http://${address}:8000/`)).rejects.toThrow()
  })

  it('tells events as Incus does', async () => {
    const seen: string[] = []
    const socket = new WebSocket(`ws+unix://${socketPath()}:/1.0/events?type=lifecycle`)
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as { metadata: { action: string; source: string } }
      if (event.metadata.source.startsWith('/1.0/instances/one')) seen.push(event.metadata.action)
    })
    await new Promise((resolve) => socket.once('open', resolve))
    await create('one', pin(), { start: true })
    await run('POST', '/1.0/instances/one/snapshots', { name: 'a' })
    await power('one', 'restart', true)
    await power('one', 'stop')
    await power('one', 'start')
    await power('one', 'stop', true)
    await run('DELETE', '/1.0/instances/one')
    await expect.poll(() => seen.at(-1)).toBe('instance-deleted')
    expect(seen.map((action) => action.replace('instance-', ''))).toEqual(
      ['created', 'started', 'snapshot-created', 'paused', 'restarted', 'shutdown', 'started'].concat([
        'paused',
        'stopped',
        'snapshot-deleted',
        'deleted',
      ]),
    )
    socket.terminate()
  })

  it('restores a snapshot', async () => {
    await create('one', pin())
    await push('one', '/root/a', '1')
    expect(await run('POST', '/1.0/instances/one/snapshots', { name: 'first' })).toBe('')
    await push('one', '/root/a', '2')
    expect(await run('PUT', '/1.0/instances/one', { restore: 'first' })).toBe('')
    expect(await (await pull('one', '/root/a')).text()).toBe('1')
    expect(await run('DELETE', '/1.0/instances/one/snapshots/first')).toBe('')
    expect((await call('GET', '/1.0/instances/one/snapshots')).body.metadata).toEqual([])
  })

  it('is powered off from inside', async () => {
    await create('one', pin(), { start: true })
    const client = new IncusClient({ socket: socketPath() })
    expect(await exec(client, 'one', ['poweroff'])).toMatchObject({ exitCode: 0 })
    await client.close()
    expect((await call('GET', '/1.0/instances/one')).body.metadata['status']).toBe('Stopped')
  })

  it('does not wait for a command that is running when it closes', async () => {
    await create('one', pin(), { start: true })
    await call('POST', '/1.0/instances/one/exec', { command: ['sleep', '300'], 'wait-for-websocket': true })
    await close()
    await begin()
  })

  it('knows its network, leases and ACLs', async () => {
    const address = pin()
    const network = (await call('GET', '/1.0/networks/simbr0')).body.metadata
    expect(network['config']).toMatchObject({ 'ipv4.address': '127.77.0.1/16' })
    await create('one', address)
    const leases = (await call('GET', '/1.0/networks/simbr0/leases')).body.metadata
    expect(leases).toContainEqual(expect.objectContaining({ address, type: 'static' }))
    expect((await call('GET', '/1.0/network-acls/sandpiper')).code).toBe(404)
    expect((await call('POST', '/1.0/network-acls', { name: 'sandpiper', egress: [] })).code).toBe(201)
    expect((await call('POST', '/1.0/network-acls', { name: 'sandpiper' })).code).toBe(400)
    expect((await call('GET', '/1.0/images/aliases/sb%2Ftrixie')).code).toBe(200)
  })

  it('remembers over a restart: what ran runs', async () => {
    const [running, stopped] = [pin(), pin()]
    await create('runs', running, { start: true })
    await create('rests', stopped)
    await push('runs', '/root/note', 'kept')
    const before = (await call('GET', '/1.0/instances?recursion=1')).body.metadata
    await close()
    await expect(fetch(`http://${running}:8000/`)).rejects.toThrow()
    await begin()
    expect((await call('GET', '/1.0/instances?recursion=1')).body.metadata).toEqual(before)
    expect((await fetch(`http://${running}:8000/`)).status).toBe(200)
    expect(await (await pull('runs', '/root/note')).text()).toBe('kept')
  })
})
