import { describe, expect, it } from 'vitest'
import { routeId } from '../../src/core/parts/route.js'
import { CaddyClient } from '../../src/infra/caddy/client.js'
import { add, never, type Bench } from './caddy.js'
import { raw } from './caddy-world.js'

const server = '/config/apps/http/servers/srv0'
const id = routeId('one', 'app')

/** The admin API's manners that the keeper, or a person at a shell, builds on. */
export function caddyAdmin(name: string, bench: () => Bench): void {
  describe(`${name}: the admin API`, () => {
    it('is null at first', async () => {
      expect(await raw(bench().world, 'GET', '/config/')).toEqual({ status: 200, json: null })
    })

    it('refuses what does not fit, and keeps the old config', async () => {
      const { world, keeper, app } = bench()
      await keeper.apply([add(app('one'))], never)
      const before = await raw(world, 'GET', '/config/')
      const status = async (...[method, path, body]: [Parameters<typeof raw>[1], string, unknown?]) =>
        (await raw(world, method, path, body)).status
      expect(await status('POST', `${server}/routes`, { handle: [{ handler: 'nonsense' }] })).toBe(500)
      expect(await status('POST', `${server}/routes`, { '@id': id })).toBe(400)
      expect(await status('PUT', `${server}/routes`, [])).toBe(409)
      expect(await status('PATCH', `${server}/nothing`, {})).toBe(404)
      expect(await status('DELETE', `${server}/nothing`)).toBe(404)
      expect(await status('GET', '/id/nobody')).toBe(404)
      expect(await status('POST', '/config/apps/some/deep/path', [])).toBe(500)
      expect(await raw(world, 'GET', '/config/')).toEqual(before)
    })

    it('appends on POST to a list, inserts on PUT, replaces on PATCH, and knows ids', async () => {
      const { world, keeper, app } = bench()
      await keeper.apply([add(app('one'))], never)
      await raw(world, 'POST', `${server}/routes`, { '@id': 'last' })
      await raw(world, 'PUT', `${server}/routes/0`, { '@id': 'first' })
      await raw(world, 'PATCH', '/id/last', { '@id': 'last', terminal: true })
      const { json } = await raw(world, 'GET', `${server}/routes`)
      expect(json).toEqual([
        { '@id': 'first' },
        expect.objectContaining({ '@id': id }),
        { '@id': 'last', terminal: true },
      ])
      expect(await raw(world, 'GET', `/id/${id}/match/0/host/0`)).toMatchObject({ json: 'one.test' })
    })

    it('takes the Etag of the whole for a part, and refuses it once it is old', async () => {
      const { world, keeper, app } = bench()
      await keeper.apply([add(app('one'))], never)
      const client = new CaddyClient(world.address)
      const { etag } = await client.read('/config/')
      expect(etag).toMatch(/^"\/config\/ /)
      expect(await client.write('PATCH', `${server}/routes`, [{ '@id': 'a' }], etag)).toBe('written')
      expect(await client.write('PATCH', `${server}/routes`, [{ '@id': 'b' }], etag)).toBe('stale')
    })

    it('takes a whole config at /load', async () => {
      const { world, keeper, app } = bench()
      await keeper.apply([add(app('one'))], never)
      const { json } = await raw(world, 'GET', '/config/')
      await raw(world, 'DELETE', '/config/apps')
      expect((await keeper.observe(never)).server).toMatchObject({ state: 'wrong' })
      expect((await raw(world, 'POST', '/load', json)).status).toBe(200)
      expect((await keeper.observe(never)).server).toEqual({ state: 'right' })
    })
  })
}
