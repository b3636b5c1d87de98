import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordSet, type RecordChange } from '../../../src/core/parts/record-set.js'
import { markName, markText, readMark } from '../../../src/infra/dns/mark.js'
import { parseTsigKey } from '../../../src/infra/dns/rfc2136/tsig-key.js'
import { updateScript, type Update } from '../../../src/infra/dns/rfc2136/update-script.js'

const key = { name: 'sandpiper', algorithm: 'hmac-sha256', secret: 'c2VjcmV0' }
const script = (change: Partial<Update>): readonly string[] =>
  updateScript({
    server: { host: '192.0.2.53', port: 53 },
    zone: 'example.com',
    key,
    changes: [],
    markedFor: () => null,
    ...change,
  }).split('\n')
const set = (name: string, ...values: readonly string[]) =>
  recordSet({ name, type: 'A', values, ttl: 300, proxied: false })

describe('the script for nsupdate', () => {
  it('collides with what was not there, and marks what it writes', () => {
    const wanted = set('*.box.example.com', '192.0.2.1')
    expect(script({ changes: [{ kind: 'record.write', owner: 'base', wanted, before: null, detail: '' }] })).toEqual([
      'server 192.0.2.53 53',
      'zone example.com.',
      'key hmac-sha256:sandpiper c2VjcmV0',
      'prereq nxrrset *.box.example.com. CNAME',
      'prereq nxrrset *.box.example.com. A',
      'update delete *.box.example.com. A',
      'update add *.box.example.com. 300 A 192.0.2.1',
      'update add _sandpiper.box.example.com. 3600 TXT "sandpiper at=* type=A owner=base"',
      'send',
      '',
    ])
  })

  it('changes and removes only what is as it was seen', () => {
    const before = set('app.example.com', '192.0.2.1', '192.0.2.2')
    const changes: RecordChange[] = [
      { kind: 'record.write', owner: 'sb-2', wanted: set('app.example.com', '192.0.2.7'), before, detail: '' },
      { kind: 'record.remove', owner: 'sb-1', before: set('old.example.com', '192.0.2.1'), detail: '' },
    ]
    const lines = script({ changes, markedFor: () => 'sb-1' })
    expect(lines.filter((line) => line.startsWith('prereq'))).toEqual([
      'prereq nxrrset app.example.com. CNAME',
      'prereq yxrrset app.example.com. A 192.0.2.1',
      'prereq yxrrset app.example.com. A 192.0.2.2',
      'prereq yxrrset old.example.com. A 192.0.2.1',
    ])
    expect(lines).toContain('update delete _sandpiper.app.example.com. TXT "sandpiper at=@ type=A owner=sb-1"')
    expect(lines).toContain('update delete _sandpiper.old.example.com. TXT "sandpiper at=@ type=A owner=sb-1"')
  })

  it('takes nothing for a name that could be more than one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const wanted = { ...set('x.example.com', '192.0.2.1'), name }
        let lines: readonly string[] | null = null
        try {
          lines = script({ changes: [{ kind: 'record.write', owner: 'base', wanted, before: null, detail: '' }] })
        } catch {
          // Refused.
        }
        const isName = /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(name)
        expect(lines?.length ?? 0).toBe(isName ? 10 : 0)
      }),
    )
  })
})

describe('a mark', () => {
  it('is read as it was written, and anything else is none of ours', () => {
    for (const place of [
      { name: 'box.example.com', type: 'A' as const },
      { name: '*.box.example.com', type: 'AAAA' as const },
    ]) {
      expect(readMark(markText(place, 'sb-1'), markName(place.name))).toEqual({ place, owner: 'sb-1' })
    }
    expect(readMark('sandpiper at=@ type=A owner=x', 'box.example.com')).toBeNull()
    fc.assert(
      fc.property(fc.string(), (text) => {
        const mark = readMark(text, '_sandpiper.box.example.com')
        if (mark !== null) expect(markText(mark.place, mark.owner)).toBe(text)
      }),
    )
  })
})

describe('a TSIG key', () => {
  it('is read as tsig-keygen prints it, and in one line', () => {
    const printed = 'key "sandpiper" {\n\talgorithm hmac-sha256;\n\tsecret "c2VjcmV0";\n};\n'
    expect(parseTsigKey(printed)).toEqual(key)
    expect(parseTsigKey('hmac-sha256:sandpiper:c2VjcmV0\n')).toEqual(key)
  })

  it('that is none is refused without being quoted', () => {
    expect(() => parseTsigKey('c2VjcmV0')).toThrow(/^(?!.*c2VjcmV0).*tsig-keygen/)
  })
})
