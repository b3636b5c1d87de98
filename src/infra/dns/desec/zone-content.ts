import { recordSet, recordTypes, type RecordChange, type SeenRecordSet } from '../../../core/parts/record-set.js'
import { markName, markText, readMark } from '../mark.js'
import type { RrsetEdit } from './client.js'
import type { Rrset } from './shapes.js'

/** The whole of a domain, as deSEC lists it, and what a change makes of it. */
export class ZoneContent {
  private readonly byPlace: ReadonlyMap<string, Rrset>

  constructor(
    private readonly domain: string,
    rrsets: readonly Rrset[],
    private readonly leastTtl: number,
  ) {
    this.byPlace = new Map(rrsets.map((one) => [placeKey(one.subname, one.type), one]))
  }

  seenAt(names: readonly string[]): readonly SeenRecordSet[] {
    return names.flatMap((name) => {
      const alias = this.at(name, 'CNAME')
      if (alias !== undefined) {
        const values = alias.records.map((target) => target.replace(/\.$/, '').toLowerCase())
        return [{ seen: 'foreign' as const, name, type: 'CNAME' as const, values }]
      }
      return recordTypes.flatMap((type): readonly SeenRecordSet[] => {
        const there = this.at(name, type)
        const owner = this.ownerOf(name, type)
        const set = recordSet({ name, type, values: there?.records ?? [], ttl: there?.ttl ?? 0, proxied: false })
        if (owner !== null) return [{ seen: 'ours', owner, set }]
        return there === undefined ? [] : [{ seen: 'foreign', name, type, values: set.values }]
      })
    })
  }

  /** The record sets to write, marks among them: what else stands at a mark's name stays. */
  editsFor(changes: readonly RecordChange[]): readonly RrsetEdit[] {
    const edits: RrsetEdit[] = []
    const marks = new Map<string, string[]>()
    for (const change of changes) {
      const place = change.kind === 'record.write' ? change.wanted : change.before
      const at = markName(place.name)
      const kept = (marks.get(at) ?? [...(this.at(at, 'TXT')?.records ?? [])]).filter(
        (text) => !isMarkOf(text, at, place),
      )
      if (change.kind === 'record.write') kept.push(`"${markText(place, change.owner)}"`)
      marks.set(at, kept)
      const records = change.kind === 'record.write' ? change.wanted.values : []
      const ttl = Math.max(this.leastTtl, change.kind === 'record.write' ? change.wanted.ttl : 0)
      edits.push({ subname: this.subname(place.name), type: place.type, ttl, records })
    }
    for (const [at, records] of marks)
      edits.push({ subname: this.subname(at), type: 'TXT', ttl: this.leastTtl, records })
    return edits
  }

  /** Whether none of these record sets is there yet, so that one that is there by then collides. */
  areNew(edits: readonly RrsetEdit[]): boolean {
    return edits.every(({ subname, type, records }) => records.length > 0 && !this.byPlace.has(placeKey(subname, type)))
  }

  private ownerOf(name: string, type: 'A' | 'AAAA'): string | null {
    const at = markName(name)
    const marks = (this.at(at, 'TXT')?.records ?? []).map((text) => readMark(unquoted(text), at))
    return marks.find((mark) => mark?.place.name === name && mark.place.type === type)?.owner ?? null
  }

  private at(name: string, type: string): Rrset | undefined {
    return this.byPlace.get(placeKey(this.subname(name), type))
  }

  private subname(name: string): string {
    return name === this.domain ? '' : name.slice(0, -this.domain.length - 1)
  }
}

function isMarkOf(text: string, at: string, place: { readonly name: string; readonly type: string }): boolean {
  const mark = readMark(unquoted(text), at)
  return mark !== null && mark.place.name === place.name && mark.place.type === place.type
}

function placeKey(subname: string, type: string): string {
  return `${subname.toLowerCase()} ${type}`
}

function unquoted(text: string): string {
  return /^"([^"\\]*)"$/.exec(text)?.[1] ?? text
}
