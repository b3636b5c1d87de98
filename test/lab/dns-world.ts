import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { execa } from 'execa'
import { Rfc2136Provider } from '../../src/infra/dns/rfc2136/provider.js'
import { parseTsigKey, type TsigKey } from '../../src/infra/dns/rfc2136/tsig-key.js'
import { serverAddress, type ServerAddress } from '../../src/infra/dns/wire/ask.js'
import type { DnsWorld } from '../contract/dns.js'
import type { Lab } from './lab.js'

/** A part of a zone on a server that takes updates, for one test alone. */
export function updatedWorld(server: ServerAddress, zone: string, key: TsigKey): DnsWorld {
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
    provider: new Rfc2136Provider({ name: 'own', server, key }),
    zone,
    base,
    records,
    put: (name, type, values) => update(...values.map((value) => `update add ${name}. 60 ${type} ${value}`)),
    close: async () => {
      const names = new Set((await records()).map((line) => line.split(' ')[0]))
      if (names.size > 0) await update(...[...names].map((name) => `update delete ${name}.`))
    },
  }
}

export function bindKey(lab: Lab): TsigKey {
  return parseTsigKey(readFileSync(lab.dns.bind.keyFile, 'utf8'))
}

export function bindServer(lab: Lab): ServerAddress {
  return serverAddress(lab.dns.bind.address)
}
