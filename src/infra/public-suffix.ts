import { getDomain } from 'tldts'

/** The domain by which certificate authorities count; the host name itself where there is none (`localhost`). */
export function registeredDomain(host: string): string {
  return getDomain(host, { allowPrivateDomains: true }) ?? host
}
