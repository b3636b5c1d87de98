import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { freePort } from '../contract/caddy-world.js'
import type { Play } from './play.js'

/** Something of `one` that somebody spoils behind Sandpiper's back. */
export interface Damage {
  readonly what: string
  readonly spoil: (play: Play) => Promise<void> | void
  /** Shows what it does to people. */
  readonly felt?: (play: Play) => Promise<void>
  /** The lines of the report, without their details. */
  readonly lines: (play: Play) => readonly string[]
  readonly writes: number
  readonly onlyReal?: string
}

const SERVER = '/config/apps/http/servers/srv0'

const path = (play: Play, kind: 'app' | 'agent') => `/id/sandpiper:${play.facts('one').id}:${kind}`
const appLine = (sign: string) => (play: Play) => [`${sign} route ${play.host('one')}`]
const agentLine = (sign: string) => (play: Play) => [`${sign} route shelley.${play.host('one')}`]
const serverLine = () => ['~ route server']
const routeLines = (play: Play) =>
  ['one', 'two'].flatMap((name) => [`+ route ${play.host(name)}`, `+ route shelley.${play.host(name)}`])
const nobodyAnswers = (play: Play) => expect(play.app('one')).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/)

export const routeDamages: readonly Damage[] = [
  {
    what: 'a route that was deleted',
    spoil: (play) => play.outside.changeCaddy('DELETE', path(play, 'app')),
    lines: appLine('+'),
    writes: 1,
  },
  {
    what: 'a route that leads to a wrong port',
    spoil: (play) =>
      play.outside.changeCaddy(
        'PATCH',
        `${path(play, 'app')}/handle/0/upstreams/0/dial`,
        `${play.facts('one').ipv4}:1`,
      ),
    felt: async (play) => expect((await play.app('one')).status).toBe(503),
    lines: appLine('~'),
    writes: 1,
  },
  {
    what: 'a route that was stripped of its password',
    spoil: (play) => play.outside.changeCaddy('DELETE', `${path(play, 'agent')}/handle/0/routes/1/handle/0`),
    felt: async (play) => expect((await play.agent('one')).status).toBe(200),
    lines: agentLine('~'),
    writes: 1,
  },
  {
    what: 'a route that lets somebody else in',
    spoil: (play) => {
      const accounts = `${path(play, 'agent')}/handle/0/routes/1/handle/0/providers/http_basic/accounts`
      return play.outside.changeCaddy('POST', accounts, { username: 'mallory', password: `$2b$10$${'a'.repeat(53)}` })
    },
    lines: agentLine('~'),
    writes: 1,
  },
  {
    what: 'a route that cuts WebSockets at once',
    spoil: (play) => play.outside.changeCaddy('PATCH', `${path(play, 'app')}/handle/0/stream_close_delay`, '1ms'),
    lines: appLine('~'),
    writes: 1,
  },
  {
    what: 'a listener that was lost',
    spoil: async (play) => play.outside.changeCaddy('PATCH', `${SERVER}/listen`, [`127.0.0.1:${await freePort()}`]),
    felt: nobodyAnswers,
    lines: serverLine,
    writes: 1,
  },
  {
    what: 'error pages that were removed',
    spoil: (play) => play.outside.changeCaddy('DELETE', `${SERVER}/errors`),
    lines: serverLine,
    writes: 1,
  },
  {
    what: 'a log of visits that was turned off',
    spoil: (play) => play.outside.changeCaddy('DELETE', `${SERVER}/logs`),
    lines: serverLine,
    writes: 1,
  },
  {
    what: 'a TLS policy that was removed',
    spoil: (play) => play.outside.changeCaddy('DELETE', '/config/apps/tls'),
    lines: serverLine,
    writes: 1,
    onlyReal: 'the simulated Caddy has no TLS',
  },
  {
    what: 'a server that was removed',
    spoil: (play) => play.outside.changeCaddy('DELETE', SERVER),
    felt: nobodyAnswers,
    lines: (play) => [...routeLines(play), ...serverLine()],
    writes: 1,
  },
  {
    what: "all of Caddy's config lost at a restart",
    spoil: (play) => play.stage.loseCaddy(),
    felt: nobodyAnswers,
    lines: (play) => [...routeLines(play), ...serverLine()],
    writes: 1,
  },
]

const pipe = (play: Play, ...file: string[]) => join(play.engine.pipesFolder, 'one', ...file)
const pipeLine = (sign: string) => ({ lines: () => [`${sign} pipe one`], writes: 0 })
const FILES = ['sshpiper_upstream', 'id_rsa', 'authorized_keys', 'known_hosts']

export const pipeDamages: readonly Damage[] = [
  ...FILES.flatMap((file): readonly Damage[] => [
    { what: `a pipe without ${file}`, spoil: (play) => rmSync(pipe(play, file)), ...pipeLine('~') },
    {
      what: `a pipe whose ${file} has a line more`,
      spoil: (play) => writeFileSync(pipe(play, file), 'ssh-ed25519 AAAA\n', { flag: 'a' }),
      ...pipeLine('~'),
    },
    {
      what: `a pipe whose ${file} others may read`,
      spoil: (play) => chmodSync(pipe(play, file), 0o644),
      ...pipeLine('~'),
    },
  ]),
  {
    what: 'a pipe whose mark others may read',
    spoil: (play) => chmodSync(pipe(play, '.sandpiper'), 0o644),
    ...pipeLine('~'),
  },
  { what: 'a pipe that others may look into', spoil: (play) => chmodSync(pipe(play), 0o755), ...pipeLine('~') },
  { what: 'a pipe with a file too many', spoil: (play) => writeFileSync(pipe(play, 'totp'), ''), ...pipeLine('~') },
  { what: 'a pipe that was deleted', spoil: (play) => rmSync(pipe(play), { recursive: true }), ...pipeLine('+') },
]

const patch = (play: Play, body: unknown) =>
  play.outside.changeIncus('PATCH', `/1.0/instances/${play.facts('one').instance}`, body)
const instanceLine = { lines: (play: Play) => [`~ instance ${play.facts('one').instance}`], writes: 0 }

export const instanceDamages: readonly Damage[] = [
  {
    what: 'an instance whose pinned address was changed',
    spoil: async (play) => {
      const { eth0 } = await play.outside.devicesOf(play.facts('one').instance)
      const elsewhere = play.stage.host.pins?.[1] ?? ''
      await patch(play, { devices: { eth0: { ...eth0, 'ipv4.address': elsewhere } } })
    },
    ...instanceLine,
  },
  {
    what: 'an instance whose limits were changed',
    spoil: (play) => patch(play, { config: { 'limits.memory': '128MiB' } }),
    ...instanceLine,
  },
  {
    what: "an instance that carries another sandbox's name",
    spoil: (play) => patch(play, { config: { 'user.sandpiper.name': 'two' } }),
    ...instanceLine,
  },
  {
    what: 'an instance that was given another login key',
    spoil: (play) => patch(play, { config: { 'user.sandpiper.mapping-key': 'ssh-ed25519 AAAA' } }),
    ...instanceLine,
  },
]
