import { z } from 'zod'

/** What we read of deSEC's answers. */
export const domainsSchema = z.array(z.object({ name: z.string(), minimum_ttl: z.int() }))

const rrsetSchema = z.object({
  subname: z.string(),
  type: z.string(),
  ttl: z.int(),
  records: z.array(z.string()),
})

export const rrsetsSchema = z.array(rrsetSchema)

export type Rrset = z.output<typeof rrsetSchema>
