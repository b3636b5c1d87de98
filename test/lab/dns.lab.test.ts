import { dnsContract } from '../contract/dns.js'
import { dnsFaults } from '../contract/dns-faults.js'
import { bindZone, updatedWorld } from './dns-world.js'
import { labUp } from './lab.js'
import { powerDnsZone } from './powerdns.js'

const lab = await labUp()
const powerDns = await powerDnsZone(lab)

for (const [name, zone] of [
  ['BIND', bindZone(lab)],
  ['PowerDNS', powerDns],
] as const) {
  dnsContract(name, () => updatedWorld(zone))
  dnsFaults(name, () => updatedWorld(zone))
}
