import { z } from 'zod'
import { IncusRefusal } from './reply.js'

const config = z.record(z.string(), z.string())
const devices = z.record(z.string(), config)

const editable = {
  architecture: z.string().optional(),
  config: config.nullish(),
  devices: devices.nullish(),
  ephemeral: z.boolean().optional(),
  profiles: z.array(z.string()).nullish(),
  description: z.string().optional(),
}

/** What clients send. Unknown fields pass, as with Incus. */
export const asks = {
  create: z.object({
    ...editable,
    name: z.string().optional(),
    type: z.string().optional(),
    start: z.boolean().optional(),
    source: z.object({
      type: z.string(),
      alias: z.string().optional(),
      fingerprint: z.string().optional(),
      server: z.string().optional(),
      protocol: z.string().optional(),
      mode: z.string().optional(),
      source: z.string().optional(),
    }),
  }),
  edit: z.object({ ...editable, restore: z.string().optional() }),
  power: z.object({ action: z.string(), force: z.boolean().optional(), timeout: z.number().optional() }),
  exec: z.object({ command: z.array(z.string()), 'wait-for-websocket': z.literal(true) }),
  snapshot: z.object({ name: z.string() }),
  network: z.object({ config: config.nullish(), description: z.string().optional() }),
  acl: z.object({
    name: z.string().optional(),
    description: z.string().optional(),
    config: config.nullish(),
    ingress: z.array(z.unknown()).nullish(),
    egress: z.array(z.unknown()).nullish(),
  }),
}

export type CreateAsk = z.infer<typeof asks.create>
export type EditAsk = z.infer<typeof asks.edit>

export function parseAsk<T>(schema: z.ZodType<T>, body: Buffer): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new IncusRefusal(400, error instanceof Error ? error.message : 'invalid JSON')
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new IncusRefusal(400, `json: cannot unmarshal: ${parsed.error.issues[0]?.message ?? ''}`)
  return parsed.data
}
