import type { Config } from './config.js'
import { readSecret } from './config/secret.js'
import type { Clock, RecordKeeper } from './core/ports.js'
import { CloudflareProvider } from './infra/dns/cloudflare/provider.js'
import { DesecProvider } from './infra/dns/desec/provider.js'
import { DnsKeeper } from './infra/dns/keeper.js'
import type { DnsProvider } from './infra/dns/provider.js'
import { interfaceAddresses, PublicAddressBook } from './infra/dns/public-addresses.js'
import { Resolver } from './infra/dns/resolver.js'
import { Rfc2136Provider } from './infra/dns/rfc2136/provider.js'
import { parseTsigKey } from './infra/dns/rfc2136/tsig-key.js'
import { serverAddress } from './infra/dns/wire/ask.js'

type ProviderConfig = Config['dns']['providers'][number]

const TIME_LIMIT_MS = 15_000
const CLOUDFLARE = 'https://api.cloudflare.com/client/v4'
const DESEC = 'https://desec.io/api/v1'
/** How often a zone's own servers are asked after a change, and how long. */
const SERVED = { everyMs: 2_000, limitMs: 3 * 60_000 }

/** Null where no provider is configured: nobody keeps record sets, and nobody checks them. Throws SecretError. */
export function openDns({ dns, domains }: Config, clock: Clock): RecordKeeper | null {
  if (dns.providers.length === 0) return null
  const resolver = new Resolver(domains.resolvers.map(serverAddress))
  const serversOf = ({ provider }: { readonly provider: string }) =>
    (dns.providers.find(({ name }) => name === provider)?.name_servers ?? []).map(serverAddress)
  return new DnsKeeper({
    providers: dns.providers.flatMap((one) => providerOf(one, clock) ?? []),
    resolver,
    addressBook: new PublicAddressBook({
      A: domains.public_ipv4,
      AAAA: domains.public_ipv6,
      sources: domains.address_sources,
      own: interfaceAddresses,
      clock,
      timeLimitMs: TIME_LIMIT_MS,
    }),
    propagation: { resolver, serversOf, ...SERVED },
    publicResolvers: domains.public_resolvers.map(serverAddress),
  })
}

function providerOf(config: ProviderConfig, clock: Clock): DnsProvider | null {
  const { name, kind, proxied, api_url: url, server } = config
  const shared = { name, timeLimitMs: TIME_LIMIT_MS, clock }
  switch (kind) {
    case 'cloudflare':
      return new CloudflareProvider({ ...shared, token: secretOf(config.token_file), url: url ?? CLOUDFLARE, proxied })
    case 'desec':
      return new DesecProvider({ ...shared, token: secretOf(config.token_file), url: url ?? DESEC })
    case 'rfc2136':
      return new Rfc2136Provider({
        ...shared,
        server: serverAddress(server ?? ''),
        key: parseTsigKey(secretOf(config.key_file)),
      })
    case 'none':
      return null
    default:
      return kind satisfies never
  }
}

/** The schema demands it where it is needed. */
function secretOf(file: string | undefined): string {
  return readSecret(file ?? '')
}
