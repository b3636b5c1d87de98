import { Agent, request } from 'undici'
import { z } from 'zod'
import { service, type Lab } from './lab.js'

export const stopCaddy = (lab: Lab) => service(lab, 'stop', 'caddy')

/** With `resume` it comes back with the configuration that it had; without, with none at all. */
export const startCaddy = (lab: Lab, { resume }: { resume: boolean }) =>
  service(lab, 'start', 'caddy', ...(resume ? ['--resume'] : []))

export async function restartCaddy(lab: Lab, how: { resume: boolean }): Promise<void> {
  await stopCaddy(lab)
  await startCaddy(lab, how)
}

/** A second Caddy, empty, whose admin API is on a unix socket. `stop` takes it away. */
export async function startCaddyOnUnixSocket(lab: Lab): Promise<{ socket: string; stop: () => Promise<void> }> {
  await service(lab, 'start', 'caddy-unix')
  return { socket: lab.caddy.adminSocket, stop: () => service(lab, 'stop', 'caddy-unix') }
}

/** One request to Caddy's admin API, past all of our own code. `json` is null where the answer is none. */
export async function rawCaddy(
  lab: Lab,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  // A connection of its own each time: a change of the configuration may reset one that is kept.
  const dispatcher = new Agent()
  try {
    const answer = await request(`${lab.caddy.admin}${path}`, {
      method,
      dispatcher,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    return { status: answer.statusCode, json: text.trim() === '' ? null : (JSON.parse(text) as unknown) }
  } finally {
    await dispatcher.close()
  }
}

/** The root certificate (PEM) of Caddy's own CA, with which `tls internal` signs. It changes only with Caddy's state. */
export async function caddyRootCa(lab: Lab): Promise<string> {
  const { status, json } = await rawCaddy(lab, 'GET', '/pki/ca/local')
  if (status !== 200) throw new Error(`Caddy has no CA yet: GET /pki/ca/local answers ${status}`)
  return z.object({ root_certificate: z.string() }).parse(json).root_certificate
}
