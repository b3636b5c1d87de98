/** DNS messages (RFC 1035): as much of them as it takes to ask what a name server says. */

const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28 } as const
const CLASS_IN = 1
const HEADER = 12
const POINTER = 0xc0
/** Longest name on the wire; also the most bytes that compression pointers may lead through. */
const LONGEST_NAME = 255

export type QueryType = keyof typeof TYPES

/** `data` is an address, a name, or a TXT's strings joined; of a SOA it is the primary's name. */
export interface ResourceRecord {
  readonly name: string
  readonly type: QueryType
  readonly ttl: number
  readonly data: string
}

export interface Reply {
  readonly id: number
  /** 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED */
  readonly rcode: number
  readonly authoritative: boolean
  readonly truncated: boolean
  readonly question: { readonly name: string; readonly type: number } | null
  /** Records of other types are left out. */
  readonly answer: readonly ResourceRecord[]
  readonly authority: readonly ResourceRecord[]
}

/** Not a DNS message. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

export function encodeQuery(id: number, name: string, type: QueryType, recursion: boolean): Buffer {
  const header = Buffer.alloc(HEADER)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(recursion ? 0x0100 : 0, 2)
  header.writeUInt16BE(1, 4)
  const question = Buffer.alloc(4)
  question.writeUInt16BE(TYPES[type], 0)
  question.writeUInt16BE(CLASS_IN, 2)
  return Buffer.concat([header, encodeName(name), question])
}

/** Throws MalformedMessage. */
export function decodeReply(message: Buffer): Reply {
  const read = new Reading(message)
  const [id, flags, questions, answers, authorities] = [read.u16(), read.u16(), read.u16(), read.u16(), read.u16()]
  read.u16()
  let question: Reply['question'] = null
  for (let count = 0; count < questions; count += 1) {
    question ??= { name: read.name(), type: read.u16() }
    read.u16()
  }
  return {
    id,
    rcode: flags & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    question,
    answer: read.records(answers),
    authority: read.records(authorities),
  }
}

export function typeNumber(type: QueryType): number {
  return TYPES[type]
}

function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.')
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1')
    if (bytes.length === 0 || bytes.length > 63) throw new MalformedMessage(`${name} is no domain name`)
    return Buffer.concat([Buffer.of(bytes.length), bytes])
  })
  return Buffer.concat([...parts, Buffer.of(0)])
}

/** Reads on from where it stands; every step is checked against the end. */
class Reading {
  private at = 0

  constructor(private readonly bytes: Buffer) {}

  u16(): number {
    return this.take(2).readUInt16BE(0)
  }

  /** Follows compression pointers, which must lead backwards, so that there is an end. */
  name(): string {
    const labels: string[] = []
    let [at, back, length] = [this.at, this.at, 0]
    let hasJumped = false
    for (;;) {
      const size = this.byte(at)
      if (size >= POINTER) {
        const to = ((size & 0x3f) << 8) | this.byte(at + 1)
        if (to >= back) throw new MalformedMessage('a name points forward')
        if (!hasJumped) this.at = at + 2
        ;[at, back, hasJumped] = [to, to, true]
        continue
      }
      if (size > 63) throw new MalformedMessage('a label of an unknown kind')
      if (!hasJumped) this.at = at + 1 + size
      if (size === 0) return labels.join('.').toLowerCase()
      length += size + 1
      if (length > LONGEST_NAME || at + 1 + size > this.bytes.length) throw new MalformedMessage('a name has no end')
      labels.push(this.bytes.toString('latin1', at + 1, at + 1 + size))
      at += 1 + size
    }
  }

  records(count: number): readonly ResourceRecord[] {
    const records: ResourceRecord[] = []
    for (let done = 0; done < count; done += 1) {
      const record = this.record()
      if (record !== null) records.push(record)
    }
    return records
  }

  private record(): ResourceRecord | null {
    const name = this.name()
    const [number, klass] = [this.u16(), this.u16()]
    const ttl = this.take(4).readUInt32BE(0)
    const size = this.u16()
    const end = this.at + size
    if (end > this.bytes.length) throw new MalformedMessage('a record has no end')
    const type = klass === CLASS_IN ? typeName(number) : null
    const data = type === null ? '' : this.data(type, end)
    this.at = end
    return type === null ? null : { name, type, ttl, data }
  }

  private data(type: QueryType, end: number): string {
    switch (type) {
      case 'A':
        return [...this.take(4)].join('.')
      case 'AAAA':
        return canonicalIpv6(this.take(16))
      case 'NS':
      case 'CNAME':
      case 'SOA':
        return this.name()
      case 'TXT': {
        let text = ''
        while (this.at < end) text += this.take(this.take(1).readUInt8(0)).toString('latin1')
        return text
      }
    }
  }

  private byte(at: number): number {
    const byte = this.bytes[at]
    if (byte === undefined) throw new MalformedMessage('the message has no end')
    return byte
  }

  private take(count: number): Buffer {
    const end = this.at + count
    if (end > this.bytes.length) throw new MalformedMessage('the message has no end')
    const taken = this.bytes.subarray(this.at, end)
    this.at = end
    return taken
  }
}

function typeName(number: number): QueryType | null {
  const found = Object.entries(TYPES).find(([, one]) => one === number)
  return found === undefined ? null : (found[0] as QueryType)
}

function canonicalIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16))
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1)
}
