import { InfraError } from '../../core/errors.js'
import { CaddyRefusal, type CaddyClient } from './client.js'
import { textAt, type Json } from './json.js'

/** The root certificate of Caddy's own authority, in PEM; null where it has none yet. Throws InfraError. */
export async function rootCertificate(client: CaddyClient): Promise<string | null> {
  try {
    const { text } = await client.read('/pki/ca/local')
    return textAt(JSON.parse(text) as Json, 'root_certificate')
  } catch (error) {
    if (error instanceof CaddyRefusal) return null
    if (error instanceof SyntaxError) throw new InfraError('caddy', 'later', 'caddy: GET /pki/ca/local is no JSON')
    throw error
  }
}
