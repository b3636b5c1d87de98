import { dnsContract } from '../contract/dns.js'
import { bindKey, bindServer, updatedWorld } from './dns-world.js'
import { labUp } from './lab.js'

const lab = await labUp()

dnsContract('BIND', async () => updatedWorld(bindServer(lab), lab.dns.bind.zone, bindKey(lab)))
