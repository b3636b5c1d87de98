import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { startSimulatedCaddy, type SimulatedCaddy } from '../../src/infra/simulator/caddy/simulator.js'
import { freePort, raw, visit, type CaddyWorld } from '../contract/caddy-world.js'

let folder: string
let world: CaddyWorld
let caddy: SimulatedCaddy
let port: number

const start = () => startSimulatedCaddy({ admin: { port }, stateFile: join(folder, 'state', 'caddy.json') })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandpiper-caddy-'))
  port = await freePort()
  world = {
    address: { url: `http://127.0.0.1:${port}` },
    listen: `127.0.0.1:${await freePort()}`,
    stop: () => Promise.resolve(),
  }
  caddy = await start()
})
afterEach(async () => {
  await caddy.close()
  await rm(folder, { recursive: true })
})

it('serves after a restart what it served before', async () => {
  const routes = [{ handle: [{ handler: 'static_response', body: 'hello {http.request.host}' }] }]
  const config = { apps: { http: { servers: { srv0: { listen: [world.listen], routes } } } } }
  expect((await raw(world, 'POST', '/config/', config)).status).toBe(200)
  await caddy.close()
  caddy = await start()
  expect((await raw(world, 'GET', '/config/')).json).toEqual(config)
  expect(await visit(world, 'any.test')).toMatchObject({ status: 200, text: 'hello any.test' })
})

it("refuses Node's fetch, as Caddy does", async () => {
  const answer = await fetch(`http://127.0.0.1:${port}/config/`)
  expect(answer.status).toBe(403)
})
