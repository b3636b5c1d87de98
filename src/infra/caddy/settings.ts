import type { JsonObject } from './json.js'

export interface CaddySettings {
  /** The server in `apps.http.servers` that is ours. */
  readonly server: string
  /** Caddy's network addresses: `:80`, `127.0.0.1:7080`. */
  readonly listen: readonly string[]
  readonly tls: 'acme' | 'internal' | 'off'
  readonly acme: AcmeSettings
  /** Whether the server logs each visit. How, is whoever's who set it so; false: that is left alone too. */
  readonly accessLog: boolean
  /** How long a proxied WebSocket outlives a change of the config. A Go duration. */
  readonly streamCloseDelay: string
  /** The `admin.listen` that we write where the config has no `admin`; null: leave it to Caddy's default. */
  readonly adminListen: string | null
  /** Where the daemon shows what a sandbox is doing while it does not answer: a unix socket's path or `http://…`. */
  readonly pages: string | null
}

export interface AcmeSettings {
  readonly email: string | null
  /** The directory of another authority than Let's Encrypt. */
  readonly directory: string | null
  /** A file with the certificates by which that authority's own HTTPS is known; null: the system's. */
  readonly rootFile: string | null
  /** Below it are the names that sandboxes get. */
  readonly base: string
  /** Where Caddy asks whether a host name may have a certificate; null: none is obtained during a handshake. */
  readonly ask: string | null
  /** Caddy's own configuration of a DNS provider's module: with it, one certificate covers all names below `base`. */
  readonly dnsProvider: JsonObject | null
}

export const caddyDefaults: CaddySettings = {
  server: 'srv0',
  listen: [':80', ':443'],
  tls: 'acme',
  acme: { email: null, directory: null, rootFile: null, base: 'localhost', ask: null, dnsProvider: null },
  accessLog: true,
  streamCloseDelay: '24h',
  adminListen: null,
  pages: null,
}

/** What is learnt of this Caddy and of DNS beside the settings. */
export interface CaddyFacts {
  /** DNS was seen to bring everything below `base` here: then its certificates need not wait for a visitor. */
  readonly isBaseRight: boolean
  /** Before Caddy 2.8 `ask` stood in place of `permission`; 2.11 does not take `ask` any more. */
  readonly knowsPermission: boolean
}

export const factsAtFirst: CaddyFacts = { isBaseRight: false, knowsPermission: true }
