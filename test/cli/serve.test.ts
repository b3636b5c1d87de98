import { execa, type ResultPromise } from 'execa'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { takeAddressBlock, type AddressBlock } from '../../src/infra/simulator/address-block.js'
import { startSimulator, type Simulator } from '../../src/infra/simulator/simulator.js'
import { freePort } from './free-port.js'

const program = join(import.meta.dirname, '../../bin/sandpiper.js')
const options = { reject: false, stdin: 'ignore' } as const

describe('the service, from a configuration file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-'))
  const state = join(folder, 'state')
  const file = join(folder, 'config.toml')
  let simulator: Simulator
  let block: AddressBlock
  let service: ResultPromise<typeof options>
  let log = ''

  const run = async (...words: readonly string[]) => {
    const [command = '', ...rest] = words
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [program, command, '--config', file, ...rest],
      options,
    )
    return { exitCode, text: stdout, errors: stderr }
  }
  const serve = async (): Promise<void> => {
    log = ''
    service = execa(process.execPath, [program, 'serve', '--config', file], options)
    await new Promise<void>((resolve, reject) => {
      service.stdout.on('data', (text: Buffer) => {
        log += text.toString()
        if (log.includes('Sandpiper serves')) resolve()
      })
      service.then(({ stderr }) => reject(new Error(stderr)), reject)
    })
  }

  beforeAll(async () => {
    simulator = await startSimulator({ folder: join(folder, 'host') })
    block = await takeAddressBlock(folder)
    mkdirSync(join(folder, 'pipes'))
    writeFileSync(
      file,
      `[service]
state_folder = "${state}"
control_socket = "${join(folder, 'control', 'socket')}"
[domains]
base = "localhost"
[incus]
socket = "${simulator.incusSocket}"
network = "simbr0"
acl = ""
pins = ["${block.pins[0]}", "${block.pins[1]}"]
[caddy]
admin = "unix/${simulator.caddyAdminSocket}"
listen = ["127.0.0.1:${await freePort()}"]
tls = "off"
pages = "127.0.0.1:${await freePort()}"
[sshpiper]
pipes_folder = "${join(folder, 'pipes')}"
[sandboxes]
ssh_port = 2222
[[templates]]
name = "debian"
image = "sb/trixie"
agent = "own"
`,
    )
    await serve()
  })
  afterAll(async () => {
    service.kill('SIGKILL')
    await simulator.close()
    block.release()
    rmSync(folder, { recursive: true, force: true })
  })

  it('checks its configuration', async () => {
    const { exitCode, stdout } = await execa(process.execPath, [program, 'config', 'check', '--config', file], options)
    expect([exitCode, stdout]).toEqual([0, `${file} is fine.`])
  })

  it('keeps its state to itself', () => {
    expect(statSync(state).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'control')).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, 'control', 'socket')).mode & 0o777).toBe(0o600)
  })

  it('lets no second one work on the same state', async () => {
    const second = await execa(process.execPath, [program, 'serve', '--config', file], options)
    expect(second).toMatchObject({
      exitCode: 1,
      stderr: `Another Sandpiper works on ${state}. Stop it first, or give this one a state folder of its own.`,
    })
    expect(await run('say', 'whoami')).toMatchObject({ exitCode: 0 })
  })

  it('has one fixed identity, who is an admin, and no page unless it is configured', async () => {
    expect((await run('say', 'whoami')).text).toMatch(/Operator.*admin/s)
    expect(await run('say', '--as', 'ada', 'list')).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('you speak as operator') as string,
    })
    expect(await run('page')).toMatchObject({
      exitCode: 1,
      errors: expect.stringContaining('page = true') as string,
    })
  })

  it('plan shows drift with exit 3, sync repairs it', async () => {
    await run('say', 'keys', 'add', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq8V2XxHDgVn6XlWUE6dS6ZHrRBNJ8Yd4B2dd8Gz1bM')
    expect(await run('say', 'create', 'myapp')).toMatchObject({ exitCode: 0 })
    expect(await run('plan')).toMatchObject({ exitCode: 0 })
    rmSync(join(folder, 'pipes', 'myapp'), { recursive: true })
    const plan = await run('plan')
    expect(plan).toMatchObject({
      exitCode: 3,
      text: expect.stringMatching(/^Drift: 1 difference\n\+ pipe +myapp/) as string,
    })
    expect(readdirSync(join(folder, 'pipes'))).toEqual([])
    expect(await run('sync')).toMatchObject({ exitCode: 0 })
    expect(readdirSync(join(folder, 'pipes'))).toEqual(['myapp'])
    expect(await run('plan')).toMatchObject({ exitCode: 0 })
  })

  it('stays paused over a restart, ends at SIGTERM in order, and logs no secret', async () => {
    await run('say', 'sync', 'pause')
    service.kill('SIGTERM')
    expect((await service).exitCode).toBe(0)
    expect(await run('say', 'list')).toMatchObject({ exitCode: 1 })
    await serve()
    expect((await run('say', 'sync')).text).toContain('Sync is paused')
    const { text } = await run('say', 'credentials', 'myapp')
    const password = /Password\s+`(.+)`/.exec(text)?.[1] ?? 'none was delivered'
    expect(password).toMatch(/^[a-z]+-[a-z]+-\d{4}-/)
    expect(log).not.toContain(password)
  })

  it('is told apart from a foreign instance, which it leaves alone', async () => {
    const dispatcher = new Agent({ connect: { socketPath: simulator.incusSocket } })
    const body = JSON.stringify({ name: 'foreign', source: { type: 'image', alias: 'sb/trixie' } })
    await request('http://incus/1.0/instances', { method: 'POST', body, dispatcher })
    const seen = await run('plan')
    expect(seen.exitCode).toBe(0)
    await run('sync')
    const { statusCode } = await request('http://incus/1.0/instances/foreign', { dispatcher })
    expect(statusCode).toBe(200)
    await dispatcher.close()
  })
})
