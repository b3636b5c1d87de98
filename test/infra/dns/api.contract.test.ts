import { dnsContract } from '../../contract/dns.js'
import { dnsFaults } from '../../contract/dns-faults.js'
import { cloudflareWorld, desecWorld } from './api-worlds.js'

for (const [name, open] of [
  ['deSEC', desecWorld],
  ['Cloudflare', cloudflareWorld],
] as const) {
  dnsContract(name, open)
  dnsFaults(name, open)
}
