import type { SeenCertificate } from '../../core/certificates.js'
import { awaitedOf, hostsOf } from '../../core/hosts.js'
import type { Sandbox } from '../../core/sandbox.js'
import type { Field, Inline } from '../message.js'
import type { Addresses } from './addresses.js'
import { count } from './words.js'

/** So many host names are told apart; the others are counted. */
const MOST = 2

/** How it stands with the certificates of a sandbox's host names; null where there are none to be had. */
export function certificateField(sandbox: Sandbox, { certificates }: Addresses): Field | null {
  if (certificates === null) return null
  const awaited = awaitedOf(sandbox)
  const all = hostsOf(sandbox)
    .filter(({ host }) => !awaited.includes(host))
    .map(({ host }) => ({ host, seen: certificates.last(host) }))
  const faults = all.flatMap(({ host, seen }) => (seen?.state === 'right' ? [] : [{ host, words: wordsOf(seen) }]))
  if (all.length === 0) return null
  if (faults.length === 0) return { label: 'Certificate', value: untilWords(all.map(({ seen }) => seen)) }
  const [first] = faults
  if (faults.length === all.length && faults.every(({ words }) => words === first?.words)) {
    return { label: 'Certificate', value: [first?.words ?? ''] }
  }
  return { label: 'Certificate', value: faultWords(faults) }
}

/** Of several, the end that comes first. */
function untilWords(all: readonly (SeenCertificate | null)[]): Inline[] {
  const right = all.flatMap((seen) => (seen?.state === 'right' ? [seen] : []))
  const [next] = right.toSorted((a, b) => a.until.getTime() - b.until.getTime())
  return next === undefined ? [] : ['until ', { time: next.until }, ` · ${next.issuer}`]
}

function faultWords(faults: readonly { readonly host: string; readonly words: string }[]): Inline[] {
  const told = faults
    .slice(0, MOST)
    .flatMap(({ host, words }, index): Inline[] => [...(index === 0 ? [] : [' · ']), { code: host }, `: ${words}`])
  return faults.length <= MOST ? told : [...told, ` · and ${count(faults.length - MOST, 'other')}`]
}

function wordsOf(seen: Exclude<SeenCertificate, { state: 'right' }> | null): string {
  switch (seen?.state) {
    case undefined:
      return 'not seen yet'
    case 'none':
      return 'none yet'
    case 'wrong':
      return `the one there ${seen.why}`
    case 'unknown':
      return `could not be seen (${seen.why})`
  }
}
