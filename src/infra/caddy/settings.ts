export interface CaddySettings {
  /** The server in `apps.http.servers` that is ours. */
  readonly server: string
  /** Caddy's network addresses: `:80`, `127.0.0.1:7080`. */
  readonly listen: readonly string[]
  readonly tls: 'acme' | 'internal' | 'off'
  readonly email: string | null
  /** Whether the server logs each visit. How, is whoever's who set it so; false: that is left alone too. */
  readonly accessLog: boolean
  /** How long a proxied WebSocket outlives a change of the config. A Go duration. */
  readonly streamCloseDelay: string
  /** The `admin.listen` that we write where the config has no `admin`; null: leave it to Caddy's default. */
  readonly adminListen: string | null
  /** Where the daemon shows what a sandbox is doing while it does not answer: a unix socket's path or `http://…`. */
  readonly pages: string | null
}

export const caddyDefaults: CaddySettings = {
  server: 'srv0',
  listen: [':80', ':443'],
  tls: 'acme',
  email: null,
  accessLog: true,
  streamCloseDelay: '24h',
  adminListen: null,
  pages: null,
}
