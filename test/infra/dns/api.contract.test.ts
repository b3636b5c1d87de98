import { dnsContract } from '../../contract/dns.js'
import { cloudflareWorld, desecWorld } from './api-worlds.js'

dnsContract('deSEC', desecWorld)
dnsContract('Cloudflare', cloudflareWorld)
