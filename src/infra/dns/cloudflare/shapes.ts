import { z } from 'zod'

/** What we read of Cloudflare's answers (API v4). Every answer has the same envelope. */
export const envelopeSchema = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.int(), message: z.string() })).default([]),
  result: z.unknown(),
  result_info: z.object({ total_count: z.int(), total_pages: z.int() }).nullish(),
})

export type Envelope = z.output<typeof envelopeSchema>

export const zoneSchema = z.object({
  id: z.string(),
  name: z.string(),
  name_servers: z.array(z.string()).default([]),
  /** What the token may do in the zone: `#dns_records:edit`. Left out in some answers. */
  permissions: z.array(z.string()).default([]),
})

export type CloudflareZone = z.output<typeof zoneSchema>

export const recordSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  content: z.string().default(''),
  /** 1: Cloudflare chooses. */
  ttl: z.int(),
  proxied: z.boolean().default(false),
  comment: z.string().nullish(),
})

export type CloudflareRecord = z.output<typeof recordSchema>
