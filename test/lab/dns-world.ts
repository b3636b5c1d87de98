import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import { Rfc2136Provider } from '../../src/infra/dns/rfc2136/provider.js'
import { parseTsigKey, type TsigKey } from '../../src/infra/dns/rfc2136/tsig-key.js'
import { serverAddress, type ServerAddress } from '../../src/infra/dns/wire/ask.js'
import type { FaultyWorld } from '../contract/dns-faults.js'
import { ManualClock } from '../peers/manual-clock.js'
import { DnsGate } from '../peers/dns/dns-gate.js'
import type { Lab } from './lab.js'

export interface UpdatedZone {
  readonly server: ServerAddress
  readonly zone: string
  readonly key: TsigKey
  /** A key that the server knows, and that may change nothing. */
  readonly idleKey: TsigKey
}

/** Short: what hangs in a test hangs for ever. */
const TIME_LIMIT_MS = 1000
/** So that nothing is remembered from one question to the next. */
const STEP_MS = 60 * 60_000

/** A part of a zone on a server that takes updates, for one test alone; a gate stands before it. */
export async function updatedWorld({ server, zone, key, idleKey }: UpdatedZone): Promise<FaultyWorld> {
  const gate = await DnsGate.open(server)
  const options = {
    name: 'own',
    server: gate.address,
    key,
    timeLimitMs: TIME_LIMIT_MS,
    clock: new ManualClock({ stepMs: STEP_MS }),
  }
  const base = `t${randomBytes(4).toString('hex')}.${zone}`
  const update = async (...lines: readonly string[]): Promise<void> => {
    const head = [
      `server ${server.host} ${server.port}`,
      `zone ${zone}.`,
      `key ${key.algorithm}:${key.name} ${key.secret}`,
    ]
    await execa('nsupdate', ['-v'], { input: [...head, ...lines, 'send', ''].join('\n') })
  }
  const records = async (): Promise<readonly string[]> => {
    const { stdout } = await execa('dig', [
      `@${server.host}`,
      '-p',
      String(server.port),
      '+noall',
      '+answer',
      'AXFR',
      zone,
    ])
    if (/Transfer failed/.test(stdout)) throw new Error(stdout)
    const lines = stdout.split('\n').map((line) => /^(\S+)\.\s+\d+\s+IN\s+(\S+)\s+(.*)$/.exec(line) ?? [])
    return lines
      .filter(([, name]) => name !== undefined && (name === base || name.endsWith(`.${base}`)))
      .map(([, name, type, data]) => `${name} ${type} ${data}`)
      .sort()
  }
  return {
    provider: new Rfc2136Provider(options),
    secret: key.secret,
    breakNext: async (what, fault) => {
      if (fault === 'revoked') options.key = idleKey
      else gate.breakNext(what === 'look' ? 'udp' : 'tcp', fault)
    },
    zone,
    base,
    records,
    put: (name, type, values) => update(...values.map((value) => `update add ${name}. 60 ${type} ${value}`)),
    close: async () => {
      const names = new Set((await records()).map((line) => line.split(' ')[0]))
      if (names.size > 0) await update(...[...names].map((name) => `update delete ${name}.`))
      await gate.close()
    },
  }
}

export function bindZone({ dns: { bind } }: Lab): UpdatedZone {
  const read = (file: string): TsigKey => parseTsigKey(readFileSync(file, 'utf8'))
  return {
    server: serverAddress(bind.address),
    zone: bind.zone,
    key: read(bind.keyFile),
    idleKey: read(bind.idleKeyFile),
  }
}
