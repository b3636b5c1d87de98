import { LIMITS } from './limits.js'

/** The address where Slack takes it as a link, otherwise null: no `javascript:`, none that is too long. */
export function webAddress(url: string): string | null {
  try {
    const { protocol, href } = new URL(url)
    return (protocol === 'http:' || protocol === 'https:') && href.length <= LIMITS.url ? href : null
  } catch {
    return null
  }
}
