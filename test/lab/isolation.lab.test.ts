import { addressOf } from '../../src/core/sandbox.js'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exec } from '../../src/infra/incus/exec.js'
import { ensureAcl, readNetwork } from '../../src/infra/incus/network.js'
import { agentBuilds } from '../peers/agent-stand-in.js'
import { ReleaseServer } from '../peers/release-server.js'
import { playOf } from '../scenario/play.js'
import { visitUntil } from '../scenario/visit.js'
import { labStage } from './stage.js'

const ACL = 'sandpiper-isolation'
const AGENT = 9990
const APP = 8000
const SSH = 22
const PYTHON = 'import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)'

describe('lab: what a sandbox can reach', () => {
  const server = new ReleaseServer()
  beforeAll(async () => {
    await server.start()
    server.publish('v1.0.0', agentBuilds('v1.0.0'))
  })
  afterAll(() => server.stop())
  const the = playOf(
    () => labStage(),
    {},
    () => Promise.resolve({ releaseUrl: server.url, port: AGENT }),
  )

  /** On the bridge: this machine's kernel takes no rules on a single NIC. */
  const wall = async (acl: string): Promise<void> => {
    const { outside, stage } = the()
    const network = await readNetwork(outside.incus, stage.host.network)
    if (acl !== '') await ensureAcl(outside.incus, acl, network)
    const path = `/1.0/networks/${stage.host.network}`
    await outside.changeIncus('PATCH', path, { config: { 'security.acls': acl } })
  }
  const reaches = async (from: string, address: string, port: number): Promise<boolean> => {
    const { instance } = the().facts(from)
    const outcome = await exec(the().outside.incus, instance, ['python3', '-c', PYTHON, address, String(port)])
    return outcome.exitCode === 0
  }

  beforeAll(async () => {
    await the().create('one')
    await the().create('two')
    await wall(ACL)
  }, 120_000)
  afterAll(async () => {
    await wall('')
    await the().outside.changeIncus('DELETE', `/1.0/network-acls/${ACL}`)
  })

  it.each([
    ['agent', AGENT],
    ['app', APP],
    ['SSH', SSH],
  ])("is its own %s, and not another one's", async (_what, port) => {
    const [own, other] = [addressOf(the().facts('one')), addressOf(the().facts('two'))]
    expect(await reaches('one', own, port)).toBe(true)
    expect(await reaches('one', other, port)).toBe(false)
    expect(await fromHost(other, port)).toBe(true)
  })

  it("is none of the host's admin endpoints", async () => {
    const { outside, stage } = the()
    const { ipv4 } = await readNetwork(outside.incus, stage.host.network)
    const gateway = ipv4?.split('/')[0] ?? ''
    const admin = 'url' in stage.host.caddy ? new URL(stage.host.caddy.url).port : ''
    const https = new URL(server.url).port
    for (const port of [admin, https, stage.host.listen.split(':')[1] ?? '', '8443']) {
      expect([port, await reaches('one', gateway, Number(port))]).toEqual([port, false])
    }
    expect(await reaches('one', '169.254.169.254', 80)).toBe(false)
  })

  it('leaves the agent to the proxy', async () => {
    const seen = await visitUntil(200, () => the().agentPath('two', '/version', the().login('two')))
    expect(JSON.parse(seen.body)).toMatchObject({ tag: 'v1.0.0' })
    expect((await the().agentPath('two', '/version')).status).toBe(401)
  })
})

function fromHost(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 2_000 })
    const end = (is: boolean) => () => {
      socket.destroy()
      resolve(is)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })
}
