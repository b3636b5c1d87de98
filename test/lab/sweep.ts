import { z } from 'zod'
import { rawCaddy } from './caddy.js'
import { rawDelete, rawInstances, type RawInstance } from './incus.js'
import type { Lab } from './lab.js'

const serversSchema = z.record(
  z.string(),
  z.object({ routes: z.array(z.looseObject({ '@id': z.string().optional() })).optional() }),
)

/** Deletes the instances and routes that tests left: those with our mark, or those of which the caller says so. */
export async function sweep(
  lab: Lab,
  ours: {
    instance?: (instance: RawInstance) => boolean
    route?: (id: string) => boolean
  } = {},
): Promise<void> {
  const isOurInstance = ours.instance ?? ((instance) => 'user.sandpiper.id' in instance.config)
  const isOurRoute = ours.route ?? ((id) => id.startsWith('sandpiper:'))

  const instances = (await rawInstances(lab)).filter(isOurInstance)
  await Promise.all(instances.map((instance) => rawDelete(lab, instance.name)))

  const { status, json } = await rawCaddy(lab, 'GET', '/config/apps/http/servers')
  if (status !== 200 || json === null) return
  for (const [server, { routes = [] }] of Object.entries(serversSchema.parse(json))) {
    const kept = routes.filter((route) => route['@id'] === undefined || !isOurRoute(route['@id']))
    if (kept.length < routes.length) {
      await rawCaddy(lab, 'PATCH', `/config/apps/http/servers/${encodeURIComponent(server)}/routes`, kept)
    }
  }
}
