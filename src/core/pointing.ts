import { familyOf, numberOf } from './ip.js'

/** Whether DNS brings people who ask for a host name to this host. */
export type Pointing =
  | { readonly state: 'here' }
  /** No address at all. */
  | { readonly state: 'nowhere' }
  /** These are not this host's; a certificate authority would look there too. */
  | { readonly state: 'elsewhere'; readonly addresses: readonly string[] }
  /** Nobody could be asked, or this host's own addresses are not known. */
  | { readonly state: 'unknown'; readonly why: string }

/** `here`: the host's own public addresses. */
export function pointingOf(addresses: readonly string[], here: readonly string[]): Pointing {
  if (here.length === 0) return { state: 'unknown', why: "this host's own addresses are not known" }
  if (addresses.length === 0) return { state: 'nowhere' }
  const own = new Set(here.map(canonical))
  const others = addresses.filter((address) => !own.has(canonical(address)))
  return others.length === 0 ? { state: 'here' } : { state: 'elsewhere', addresses: others.toSorted() }
}

/** The records that bring a host name here, one line each: `app.example.com A 203.0.113.7`. */
export function recordsFor(host: string, here: readonly string[]): readonly string[] {
  return here.map((address) => `${host} ${familyOf(address) === 4 ? 'A' : 'AAAA'} ${address}`)
}

/** Why a host name is not served yet, and what makes it so. */
export function awaitedSentence(host: string, pointing: Pointing | null, here: readonly string[]): string {
  const records = recordsFor(host, here).map((line) => `\`${line}\``)
  const set = records.length === 0 ? '' : ` Set ${listed(records)}; it goes on by itself then.`
  switch (pointing?.state) {
    case 'elsewhere': {
      const others = listed(pointing.addresses.map((address) => `\`${address}\``))
      const word = pointing.addresses.length === 1 ? 'is not this host' : 'are not this host'
      return `\`${host}\` leads to ${others}, which ${word}.${set}`
    }
    case 'unknown':
      return `Where \`${host}\` leads to could not be looked up: ${pointing.why}.${set}`
    case 'here':
      return `\`${host}\` leads here now, and is published next.`
    case 'nowhere':
    case undefined:
      return `\`${host}\` does not lead here yet.${set}`
  }
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function canonical(address: string): string {
  const family = familyOf(address)
  return `${family} ${numberOf(address, family)}`
}
