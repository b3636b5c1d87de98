import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recordChangeKinds } from '../../src/core/parts/record-set.js'
import { CloudflareDouble } from '../peers/dns/cloudflare-double.js'
import { NameServer, type DoubleRecord } from '../peers/dns/name-server.js'
import { simulatedStage } from '../scenario/simulated-stage.js'
import type { Stage } from '../scenario/stage.js'
import { dies, laneOf } from './crash.js'
import { create, moments, remove } from './scenario.js'

const ZONE = 'localhost'
const HERE = '127.0.0.1'
const LIMITS = { now: () => new Date() }

const scenarios = { 'record.write': create, 'record.remove': remove }
let double: CloudflareDouble

/** The zone is at Cloudflare, and outlives the daemon as the host does. */
async function stage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'records-'))
  double = await new CloudflareDouble(LIMITS).start()
  double.addZone(ZONE)
  const server = await NameServer.open((name, type) => ({
    rcode: 0,
    authoritative: true,
    answer: double
      .records(ZONE)
      .filter((one) => one.name === name && one.type === type)
      .map(({ content }) => ({ name, type: type as DoubleRecord['type'], data: content })),
    authority: [],
  }))
  const token = join(folder, 'token')
  writeFileSync(token, double.token)
  const simulated = await simulatedStage()
  const domains = { dns_mode: 'per-sandbox', public_ipv4: HERE, public_ipv6: 'none', public_resolvers: [] }
  const provider = {
    name: 'cf',
    kind: 'cloudflare',
    token_file: token,
    api_url: double.url,
    name_servers: [`${server.address.host}:${server.address.port}`],
  }
  return {
    ...simulated,
    host: { ...simulated.host, records: { domains, providers: [provider] } },
    close: async () => {
      await simulated.close()
      server.close()
      await double.close()
      rmSync(folder, { recursive: true })
    },
  }
}

describe('SIGKILL around a change of record sets', { timeout: 40_000 }, () => {
  const lane = laneOf(stage)

  for (const kind of recordChangeKinds) {
    it.each(moments)(`%s ${kind}`, async (moment) => {
      await dies(lane(), `${moment} ${kind}`, scenarios[kind])
      const hosts = lane().read((ledger) =>
        ledger.state().sandboxes.flatMap(({ host, agentHost }) => [host, agentHost]),
      )
      const there = double.records(ZONE).map(({ name, type, content }) => `${name} ${type} ${content}`)
      expect(there.toSorted()).toEqual([ZONE, ...hosts].map((name) => `${name} A ${HERE}`).sort())
      expect(lane().read((ledger) => ledger.state().recordNames.map(({ name }) => name))).toEqual(
        [...hosts, ZONE].sort(),
      )
    })
  }
})
