import { serverAddress } from '../../src/infra/dns/wire/ask.js'
import { dnsContract } from '../contract/dns.js'
import { bindKey, bindServer, updatedWorld } from './dns-world.js'
import { labUp } from './lab.js'
import { powerDnsZone } from './powerdns.js'

const lab = await labUp()

dnsContract('BIND', async () => updatedWorld(bindServer(lab), lab.dns.bind.zone, bindKey(lab)))

const powerDns = await powerDnsZone(lab)

dnsContract('PowerDNS', async () => updatedWorld(serverAddress(lab.dns.powerdns.address), powerDns.zone, powerDns.key))
