import { z } from 'zod'
import { AdminRefusal } from './refusal.js'

const texts = z.array(z.string())
const headerOps = z.strictObject({
  add: z.record(z.string(), texts).optional(),
  set: z.record(z.string(), texts).optional(),
  delete: texts.optional(),
})
export type HeaderOps = z.infer<typeof headerOps>

const plainMatch = z.strictObject({
  host: texts.optional(),
  path: texts.optional(),
  method: texts.optional(),
  header: z.record(z.string(), texts).optional(),
  vars: z.record(z.string(), texts).optional(),
})
const match = plainMatch.extend({ not: z.array(plainMatch).optional() })
export type Match = z.infer<typeof match>

const staticResponse = z.strictObject({
  handler: z.literal('static_response'),
  status_code: z.coerce.number().optional(),
  headers: z.record(z.string(), texts).optional(),
  body: z.string().optional(),
  close: z.boolean().optional(),
})
const headers = z.strictObject({
  handler: z.literal('headers'),
  request: headerOps.optional(),
  response: headerOps.extend({ deferred: z.boolean().optional() }).optional(),
})
const httpBasic = z.strictObject({
  accounts: z.array(z.strictObject({ username: z.string(), password: z.string() })),
  hash: z.strictObject({ algorithm: z.literal('bcrypt') }).optional(),
  hash_cache: z.strictObject({}).optional(),
  realm: z.string().optional(),
})
const authentication = z.strictObject({
  handler: z.literal('authentication'),
  providers: z.strictObject({ http_basic: httpBasic }),
})
const reverseProxy = z.strictObject({
  handler: z.literal('reverse_proxy'),
  upstreams: z.array(z.looseObject({ dial: z.string() })),
  stream_close_delay: z.union([z.string(), z.number()]).optional(),
  flush_interval: z.union([z.string(), z.number()]).optional(),
  transport: z.looseObject({ protocol: z.literal('http'), dial_timeout: z.string().optional() }).optional(),
  headers: z.strictObject({ request: headerOps.optional(), response: headerOps.optional() }).optional(),
  rewrite: z.strictObject({ method: z.string().optional(), uri: z.string().optional() }).optional(),
})
export type StaticResponse = z.infer<typeof staticResponse>
export type Headers = z.infer<typeof headers>
export type Authentication = z.infer<typeof authentication>
export type ReverseProxy = z.infer<typeof reverseProxy>

export interface Subroute {
  readonly handler: 'subroute'
  readonly routes?: readonly Route[] | undefined
  readonly errors?: { readonly routes?: readonly Route[] | undefined } | undefined
}
export type Handler = StaticResponse | Headers | Authentication | ReverseProxy | Subroute

export interface Route {
  readonly '@id'?: string | undefined
  readonly group?: string | undefined
  readonly match?: readonly Match[] | undefined
  readonly handle?: readonly Handler[] | undefined
  readonly terminal?: boolean | undefined
}

const route: z.ZodType<Route> = z.lazy(() =>
  z.strictObject({
    '@id': z.string().optional(),
    group: z.string().optional(),
    match: z.array(match).optional(),
    handle: z.array(z.union([staticResponse, headers, authentication, reverseProxy, subroute])).optional(),
    terminal: z.boolean().optional(),
  }),
)
const subroute: z.ZodType<Subroute> = z.lazy(() =>
  z.strictObject({
    handler: z.literal('subroute'),
    routes: z.array(route).optional(),
    errors: z.object({ routes: z.array(route).optional() }).optional(),
  }),
)

const server = z.looseObject({
  listen: texts.optional(),
  routes: z.array(route).nullish(),
  errors: z.object({ routes: z.array(route).optional() }).optional(),
})
export type Server = z.infer<typeof server>

const config = z
  .looseObject({
    apps: z
      .looseObject({ http: z.looseObject({ servers: z.record(z.string(), server).optional() }).optional() })
      .optional(),
  })
  .nullable()

/** The proxy servers that the config asks for. What this simulator does not know is refused, like Caddy's own. */
export function serversOf(document: unknown): readonly Server[] {
  const parsed = config.safeParse(document)
  if (!parsed.success) {
    const said = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    throw new AdminRefusal(500, `loading new config: loading http app module: ${said}`)
  }
  return Object.values(parsed.data?.apps?.http?.servers ?? {})
}
