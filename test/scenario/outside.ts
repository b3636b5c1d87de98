import { z } from 'zod'
import { routeId } from '../../src/core/parts/route.js'
import { IncusClient } from '../../src/infra/incus/client.js'
import { exec } from '../../src/infra/incus/exec.js'
import { run } from '../../src/infra/incus/operations.js'
import { raw } from '../contract/caddy-world.js'
import type { TestHost } from './engine.js'

type Write = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

const instanceShape = z.object({
  name: z.string(),
  status: z.string(),
  config: z.record(z.string(), z.string()),
  devices: z.record(z.string(), z.record(z.string(), z.string())),
})
export type RawInstance = z.infer<typeof instanceShape>

const stateShape = z.object({
  network: z.record(
    z.string(),
    z.object({ addresses: z.array(z.object({ family: z.string(), address: z.string(), scope: z.string() })) }),
  ),
})

/** The host's Incus and Caddy behind Sandpiper's back, as another of their users. */
export class Outside {
  readonly incus: IncusClient

  constructor(private readonly host: TestHost) {
    this.incus = new IncusClient(host.incus)
  }

  /** Everything that Incus says of all instances; `volatile.*`, which is Incus' own, left out. */
  async instances(): Promise<readonly RawInstance[]> {
    const all = await this.incus.get('/1.0/instances?recursion=1', z.array(instanceShape))
    return all.map((instance) => ({
      ...instance,
      config: Object.fromEntries(Object.entries(instance.config).filter(([key]) => !key.startsWith('volatile.'))),
    }))
  }

  /** Waits for what it starts. */
  async changeIncus(method: Write, path: string, body?: unknown): Promise<void> {
    await run(this.incus, method, path, body)
  }

  power(instance: string, action: 'start' | 'stop'): Promise<void> {
    return this.changeIncus('PUT', `/1.0/instances/${instance}/state`, { action, force: true, timeout: 30 })
  }

  /** From the host's image, with this config, and not started. */
  createInstance(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const source = { type: 'image', alias: this.host.image.alias }
    return this.changeIncus('POST', '/1.0/instances', { name, type: 'container', source, config })
  }

  async devicesOf(instance: string): Promise<RawInstance['devices']> {
    return (await this.incus.get(`/1.0/instances/${instance}`, instanceShape)).devices
  }

  /** The addresses that the guest really has. */
  async addressesOf(instance: string, family: 'inet' | 'inet6' = 'inet'): Promise<readonly string[]> {
    const { network } = await this.incus.get(`/1.0/instances/${instance}/state`, stateShape)
    const addresses = network['eth0']?.addresses ?? []
    return addresses.filter((one) => one.family === family && one.scope === 'global').map(({ address }) => address)
  }

  /** Runs a command in the sandbox as root; its output. */
  async inside(instance: string, ...command: [string, ...string[]]): Promise<string> {
    const { exitCode, stdout, stderr } = await exec(this.incus, instance, command)
    if (exitCode !== 0) throw new Error(`${command.join(' ')}: exit ${exitCode}: ${stderr}`)
    return stdout
  }

  /** Where a sandbox is still to be found: its instance, and what Caddy's config says of it. */
  async traces(name: string, id: string): Promise<readonly string[]> {
    const instances = (await this.instances()).filter(
      (instance) => instance.name.startsWith(`${name}-`) || instance.config['user.sandpiper.id'] === id,
    )
    const config = JSON.stringify(await this.caddy())
    return [...instances.map((instance) => instance.name), ...[name, id].filter((text) => config.includes(text))]
  }

  async caddy(): Promise<unknown> {
    return (await raw({ address: this.host.caddy }, 'GET', '/config/')).json
  }

  /** The route of a sandbox that Caddy has. */
  async route(id: string, kind: 'app' | 'agent'): Promise<{ path: string; dial: string }> {
    const path = `/id/${routeId(id, kind)}`
    const { json } = await raw({ address: this.host.caddy }, 'GET', path)
    const dial = /"dial":"([^"]+)"/.exec(JSON.stringify(json))?.[1]
    if (dial === undefined) throw new Error(`${path} leads nowhere`)
    return { path, dial }
  }

  async changeCaddy(method: Write, path: string, body?: unknown): Promise<void> {
    const { status, json } = await raw({ address: this.host.caddy }, method, path, body)
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`)
  }

  close(): Promise<void> {
    return this.incus.close()
  }
}
