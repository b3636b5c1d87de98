import { isIP } from 'node:net'
import { z } from 'zod'
import { parseIdentity } from '../core/person.js'
import { parseSubject } from '../core/subject.js'
import { isReference } from './secret.js'

/** `allowed` completes the sentence "… must be …", and is all that an error says of a value: values may be secrets. */
function key<T extends z.ZodType>(shape: T, allowed: string): T {
  return shape.meta({ allowed })
}

const text = (allowed: string, pattern = /^\S.*$/): z.ZodString => key(z.string().regex(pattern), allowed)
const path = text('an absolute path', /^\/./)
const port = key(z.int().min(1).max(65535), 'a port from 1 to 65535')
const flag = key(z.boolean(), 'true or false')
const address = text('an address with a port, such as "127.0.0.1:7780"', /^(\[[0-9a-f:]+\]|[\w.-]*):\d{1,5}$/i)
const ipv4 = z.ipv4()
/** As Node's `setServers` takes them. */
const resolver = z.string().refine((text) => {
  const [, six, four] = /^(?:\[(.+)\](?::\d{1,5})?|([^:]+)(?::\d{1,5})?)$/.exec(text) ?? []
  return isIP(text) !== 0 || isIP(six ?? '') === 6 || isIP(four ?? '') === 4
})
const web = key(z.url({ protocol: /^https?$/ }), 'an address that begins with https://')
const secret = key(z.string().refine(isReference), '"/path/to/file", "credential:NAME" or "env:NAME"')
const identity = key(
  z.string().transform((value, context) => {
    const read = parseIdentity(value)
    if (read !== null) return read
    context.addIssue({ code: 'custom', message: 'not an identity' })
    return z.NEVER
  }),
  'an identity, such as "slack:T0123:U0456" or "console:operator"',
)
const subject = key(
  z.string().transform((value, context) => {
    const read = parseSubject(value)
    if (read !== null) return read
    context.addIssue({ code: 'custom', message: 'not a subject' })
    return z.NEVER
  }),
  'an identity, or "group:", "room:" or "workspace:" and an id, such as "group:discord:123" or "workspace:slack:T0123"',
)
const room = key(
  z.string().transform((value, context) => {
    const read = parseSubject(value.startsWith('room:') ? value : `room:${value}`)
    if (read !== null) return read
    context.addIssue({ code: 'custom', message: 'not a room' })
    return z.NEVER
  }),
  'a channel or chat by its id, such as "slack:T0123:C0456"',
)
const channel = key(
  z
    .string()
    .regex(/^[a-z]+:\S+$/)
    .transform((value) => ({
      platform: value.slice(0, value.indexOf(':')),
      place: value.slice(value.indexOf(':') + 1),
    })),
  'a platform and a channel of it, such as "slack:C0456"',
)
const size = key(
  z
    .string()
    .regex(/^\d+(\.\d+)?\s?[KMGT]iB$/)
    .transform((value) => Math.round(parseFloat(value) * 1024 ** ('KMGT'.indexOf(value.at(-3) ?? '') + 1))),
  'a size, such as "512MiB" or "4GiB"',
)
const cpus = key(z.number().min(0.1).max(1024), 'a number of CPUs, such as 2 or 0.5')
const seconds = key(z.number().min(1).max(600), 'a number of seconds from 1 to 600')
const processes = key(z.int().min(16).max(1_000_000), 'a whole number from 16 to 1000000')
/** A platform or part that comes later: its table has its name, and nothing to switch on. */
const later = z.strictObject({
  enabled: key(z.literal(false), 'false: this version does not have it yet').default(false),
})

const name = text('1 to 40 of a-z, 0-9 and hyphens', /^[a-z0-9-]{1,40}$/)
const publicAddress = (version: 4 | 6) =>
  key(
    z.string().refine((value) => value === 'auto' || value === 'none' || isIP(value) === version),
    `an IPv${version} address, "auto" or "none"`,
  )
const resolvers = key(z.array(resolver), 'a list of addresses, such as ["192.0.2.53", "[2001:db8::53]:53"]')
const cron = text('a cron expression, such as "* * * * *"', /^\S+(\s+\S+){4,5}$/)

const provider = z
  .strictObject({
    name,
    kind: key(z.enum(['cloudflare', 'desec', 'rfc2136', 'none']), '"cloudflare", "desec", "rfc2136" or "none"').default(
      'none',
    ),
    token_file: secret.optional(),
    api_url: key(z.url({ protocol: /^https?$/ }), 'an address that begins with https://').optional(),
    proxied: flag.default(false),
    server: address.optional(),
    key_file: secret.optional(),
    name_servers: key(z.array(address), 'a list of addresses, such as ["192.0.2.53:53"]').default([]),
  })
  .refine(({ kind, token_file }) => (kind !== 'cloudflare' && kind !== 'desec') || token_file !== undefined, {
    path: ['token_file'],
    params: { allowed: 'given for "cloudflare" and "desec"' },
  })
  .refine(({ kind, server }) => kind !== 'rfc2136' || server !== undefined, {
    path: ['server'],
    params: { allowed: 'given for "rfc2136"' },
  })
  .refine(({ kind, key_file }) => kind !== 'rfc2136' || key_file !== undefined, {
    path: ['key_file'],
    params: { allowed: 'given for "rfc2136"' },
  })

/** What Caddy's own module of a DNS provider is given, with Caddy's placeholders in place of secrets. */
const dnsModule = key(
  z.record(z.string(), z.unknown()).refine((module) => typeof module['name'] === 'string' && hasNoSecret(module)),
  'such as { name = "cloudflare", api_token = "{env.CF_API_TOKEN}" }, with secrets as {env.…} or {file.…} alone',
)

function hasNoSecret(value: unknown, isSecret = false): boolean {
  if (typeof value !== 'object' || value === null) {
    return !isSecret || (typeof value === 'string' && /^\{(env|file)\.[^{}]+\}$/.test(value))
  }
  return Object.entries(value).every(([name, one]) =>
    hasNoSecret(one, isSecret || /token|secret|passw|key/i.test(name)),
  )
}

const template = z.strictObject({
  name,
  description: key(z.string().max(200), 'a text of at most 200 characters').default(''),
  image: text('the image\'s alias, such as "boldsoftware/exeuntu:latest"'),
  server: key(z.url({ protocol: /^https?$/ }), 'an address that begins with https://').optional(),
  protocol: key(z.enum(['oci', 'simplestreams']), '"oci" or "simplestreams"').optional(),
  app_port: port.default(8000),
  nesting: flag.default(false),
  agent: key(z.enum(['shelley', 'own', 'none']), '"shelley", "own" or "none"').default('shelley'),
  cpus: cpus.optional(),
  memory: size.optional(),
  disk: size.optional(),
  processes: processes.optional(),
})

const commandName = text('the name of a command', /^[a-z][a-z-]{0,31}$/)

const grant = z.strictObject({
  to: subject,
  gives: key(
    z.union([z.enum(['admin', 'member']), z.array(commandName).min(1)]),
    '"admin", "member" or a list of commands, such as ["list", "show"]',
  ).default('member'),
  until: key(z.date(), 'a date, such as 2027-03-31').optional(),
})

const whole = key(z.int().min(0).max(100_000), 'a whole number')
const limits = {
  sandboxes: whole.optional(),
  running: whole.optional(),
  cpus: key(z.number().min(0).max(100_000), 'a number of CPUs').optional(),
  memory: size.optional(),
  disk: size.optional(),
}
const quotaGroup = z.strictObject({ to: subject, ...limits })

const tables = z.strictObject({
  service: z
    .strictObject({
      state_folder: path.default('/var/lib/sandpiper'),
      control_socket: path.default('/run/sandpiper/control.socket'),
      log_level: key(z.enum(['debug', 'info', 'warn', 'error']), '"debug", "info", "warn" or "error"').default('info'),
    })
    .prefault({}),
  domains: z
    .strictObject({
      base: text('a domain in small letters, such as "box.example.com"', /^(?=.{1,200}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/),
      scheme: key(z.enum(['nested', 'flat']), '"nested" or "flat"').default('nested'),
      dns_mode: key(z.enum(['wildcard', 'per-sandbox', 'by-hand']), '"wildcard", "per-sandbox" or "by-hand"').default(
        'wildcard',
      ),
      dns_ttl: key(z.int().min(60).max(86_400), 'a whole number of seconds from 60 to 86400').default(300),
      public_ipv4: publicAddress(4).default('auto'),
      public_ipv6: publicAddress(6).default('auto'),
      address_sources: key(
        z.array(z.url({ protocol: /^https?$/ })),
        'a list of addresses that begin with https://',
      ).default(['https://icanhazip.com', 'https://ifconfig.co/ip', 'https://ident.me']),
      check: flag.default(true),
      resolvers: resolvers.default([]),
      public_resolvers: resolvers.default(['1.1.1.1', '9.9.9.9']),
    })
    .prefault({} as { base: string }),
  incus: z
    .strictObject({
      socket: path.default('/var/lib/incus/unix.socket'),
      url: key(z.url({ protocol: /^https$/ }), 'an address that begins with https://').optional(),
      client_certificate_file: secret.optional(),
      client_key_file: secret.optional(),
      server_certificate_file: secret.optional(),
      project: text('the name of an Incus project').default('default'),
      network: text('the name of an Incus bridge').default('incusbr0'),
      storage_pool: text('the name of an Incus storage pool').default('default'),
      acl: key(z.string(), 'the name of an Incus network ACL, or "" for none').default('sandpiper'),
      pins: key(z.tuple([ipv4, ipv4]), 'two addresses, such as ["10.88.0.10", "10.88.0.199"]').optional(),
      timeout_seconds: seconds.default(10),
    })
    .refine(
      (incus) =>
        incus.url === undefined ||
        [incus.client_certificate_file, incus.client_key_file, incus.server_certificate_file].every(
          (file) => file !== undefined,
        ),
      { path: ['url'], params: { allowed: 'given together with the three *_file keys of its certificates' } },
    )
    .prefault({}),
  caddy: z
    .strictObject({
      admin: text('"unix//path" or an address such as "http://127.0.0.1:2019"', /^(unix\/\/|https?:\/\/)\S+$/).default(
        'http://127.0.0.1:2019',
      ),
      server: name.default('srv0'),
      listen: key(z.array(address).min(1), 'a list of addresses, such as [":80", ":443"]').default([':80', ':443']),
      tls: key(z.enum(['acme', 'internal', 'off']), '"acme", "internal" or "off"').default('acme'),
      email: key(z.email(), 'an e-mail address').optional(),
      acme_staging: flag.default(false),
      acme_directory: key(z.url({ protocol: /^https$/ }), 'an address that begins with https://').optional(),
      acme_root: path.optional(),
      dns_provider: dnsModule.optional(),
      certificates_a_week: key(z.int().min(0).max(1_000_000), 'a whole number, or 0 for no limit').default(50),
      access_log: flag.default(true),
      stream_close_delay: text('a time, such as "24h" or "30m"', /^(\d+(h|m|s|ms))+$/).default('24h'),
      pages: text('an address such as "127.0.0.1:7782", or the path of a socket', /^(\/\S+|\S+:\d{1,5})$/).default(
        '127.0.0.1:7782',
      ),
      timeout_seconds: seconds.default(10),
    })
    .refine(({ acme_staging, acme_directory }) => !acme_staging || acme_directory === undefined, {
      path: ['acme_directory'],
      params: { allowed: 'left out where acme_staging is true' },
    })
    .refine(({ tls, dns_provider }) => tls === 'acme' || dns_provider === undefined, {
      path: ['dns_provider'],
      params: { allowed: 'left out unless tls is "acme"' },
    })
    .refine(({ tls, pages }) => tls !== 'acme' || !pages.startsWith('/'), {
      path: ['pages'],
      params: {
        allowed: 'an address such as "127.0.0.1:7782" where tls is "acme": Caddy asks there, and knows no sockets',
      },
    })
    .prefault({}),
  sshpiper: z
    .strictObject({
      pipes_folder: path.default('/var/lib/sshpiper/pipes'),
      port: port.default(22),
      server_key: path.default('/etc/ssh/ssh_host_ed25519_key.pub'),
      login_user: text('a user name', /^[a-z_][-a-z0-9_]{0,31}$/).default('exedev'),
    })
    .prefault({}),
  dns: z
    .strictObject({
      providers: z.array(provider).default([]),
    })
    .prefault({}),
  sync: z
    .strictObject({
      schedule: cron.default('* * * * *'),
      dns_schedule: cron.default('*/15 * * * *'),
      mode: key(z.enum(['repair', 'report']), '"repair" or "report"').default('repair'),
      guard_share: key(z.number().min(0).max(1), 'a number from 0 to 1').default(0.5),
      side_by_side: key(z.int().min(1).max(64), 'a whole number from 1 to 64').default(8),
      health_schedule: text('a cron expression, such as "*/5 * * * *"', /^\S+(\s+\S+){4,5}$/).default('*/5 * * * *'),
      give_up_minutes: key(z.int().min(1).max(1440), 'a whole number from 1 to 1440').default(30),
    })
    .prefault({}),
  sandboxes: z
    .strictObject({
      cpus: cpus.default(2),
      memory: size.prefault('4GiB'),
      disk: size.prefault('20GiB'),
      processes: processes.default(2000),
      ssh_port: port.default(22),
      reserved_names: key(z.array(z.string()), 'a list of names').default([]),
    })
    .prefault({}),
  templates: z.array(template).min(1).optional(),
  access: z
    .strictObject({
      admins: z.array(identity).prefault(['console:operator']),
      members: z.array(identity).prefault([]),
      grants: z.array(grant).prefault([]),
      rooms: z.array(room).prefault([]),
      on_leave: key(z.enum(['ask', 'at-once', 'ignore']), '"ask", "at-once" or "ignore"').default('ask'),
      undo_days: key(z.number().min(0).max(366), 'a number of days from 0 to 366').default(30),
      trust_hours: key(z.number().min(0).max(8760), 'a number of hours from 0 to 8760').default(24),
    })
    .prefault({}),
  quotas: z
    .strictObject({
      member: z.strictObject(limits).prefault({}),
      admin: z.strictObject(limits).prefault({}),
      total: z.strictObject(limits).prefault({}),
      groups: z.array(quotaGroup).prefault([]),
      headroom: z.strictObject({ memory: size.prefault('512MiB'), disk: size.prefault('2GiB') }).prefault({}),
    })
    .prefault({}),
  rate: z
    .strictObject({
      person: key(z.int().min(1).max(100_000), 'a whole number from 1 to 100000').default(60),
      room: key(z.int().min(1).max(100_000), 'a whole number from 1 to 100000').default(200),
      minutes: key(z.int().min(1).max(1440), 'a whole number from 1 to 1440').default(10),
    })
    .prefault({}),
  keys: z
    .strictObject({
      import_url: text('an address with {name} in it', /^https?:\/\/\S*\{name\}\S*$/).default(
        'https://github.com/{name}.keys',
      ),
      import_seconds: key(z.number().min(1).max(60), 'a number of seconds from 1 to 60').default(5),
    })
    .prefault({}),
  audit: z.strictObject({ mirror: channel.optional() }).prefault({}),
  agent: z
    .strictObject({
      port: port.default(9999),
      release_url: key(z.url({ protocol: /^https?$/ }), 'an address that begins with https://').default(
        'https://boldsoftware.github.io/shelley/release.json',
      ),
      schedule: text('a cron expression, such as "17 4 * * *"', /^\S+(\s+\S+){4,5}$/).default('17 4 * * *'),
      keep_versions: key(z.int().min(1).max(20), 'a whole number from 1 to 20').default(3),
      download_timeout_seconds: key(z.number().min(1).max(3600), 'a number of seconds from 1 to 3600').default(300),
    })
    .prefault({}),
  slack: z
    .strictObject({
      enabled: flag.default(false),
      mode: key(z.enum(['socket', 'http']), '"socket" or "http"').default('socket'),
      bot_token_file: secret.optional(),
      app_token_file: secret.optional(),
      signing_secret_file: secret.optional(),
      listen: address.default('127.0.0.1:7784'),
      api_url: key(z.url({ protocol: /^https?$/ }), 'an address that begins with https://').optional(),
    })
    .refine(
      ({ enabled, mode, ...files }) =>
        !enabled ||
        (files.bot_token_file !== undefined &&
          (mode === 'socket' ? files.app_token_file : files.signing_secret_file) !== undefined),
      {
        path: ['enabled'],
        params: { allowed: 'given with bot_token_file and, by its mode, app_token_file or signing_secret_file' },
      },
    )
    .prefault({}),
  discord: z
    .strictObject({
      enabled: flag.default(false),
      token_file: secret.optional(),
      guilds: key(
        z.array(z.string().regex(/^\d{15,20}$/)),
        'a list of server ids, such as ["80351110224678912"]',
      ).default([]),
      api_url: web.optional(),
    })
    .refine(({ enabled, token_file: token }) => !enabled || token !== undefined, {
      path: ['token_file'],
      params: { allowed: 'given where Discord is enabled' },
    })
    .prefault({}),
  telegram: z
    .strictObject({
      enabled: flag.default(false),
      token_file: secret.optional(),
      mode: key(z.enum(['polling', 'webhook']), '"polling" or "webhook"').default('polling'),
      webhook_url: key(z.url({ protocol: /^https$/ }), 'an address that begins with https://').optional(),
      listen: address.default('127.0.0.1:7783'),
      api_root: key(z.url({ protocol: /^https?$/ }), 'an address that begins with https://').optional(),
    })
    .refine(({ enabled, token_file }) => !enabled || token_file !== undefined, {
      path: ['token_file'],
      params: { allowed: 'given where [telegram] is enabled: "/path/to/file", "credential:NAME" or "env:NAME"' },
    })
    .refine(({ mode, webhook_url }) => mode === 'polling' || webhook_url !== undefined, {
      path: ['webhook_url'],
      params: { allowed: 'given where mode is "webhook": an address that begins with https://' },
    })
    .prefault({}),
  console: z
    .strictObject({
      page: flag.default(false),
      address: text(
        'an address on loopback, such as "127.0.0.1:7780"',
        /^(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}$/,
      ).default('127.0.0.1:7780'),
      user: text('a user name', /^[a-z0-9][a-z0-9._-]{0,31}$/).default('operator'),
      name: key(z.string().min(1).max(60), 'a text of 1 to 60 characters').default('Operator'),
    })
    .prefault({}),
  metrics: later.prefault({}),
})

/** Every table and key of config.toml, with its default. */
export const configSchema = tables.refine(
  ({ caddy, domains }) => caddy.dns_provider === undefined || domains.scheme === 'flat',
  {
    path: ['domains', 'scheme'],
    params: { allowed: '"flat" where [caddy] dns_provider is set: a wildcard certificate covers one level of names' },
  },
)

export type ConfigFile = z.output<typeof configSchema>
