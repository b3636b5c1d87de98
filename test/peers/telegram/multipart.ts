export interface Part {
  readonly name: string
  /** Null for a plain field. */
  readonly fileName: string | null
  readonly bytes: Buffer
}

const LINE = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')

/** `multipart/form-data`, file names quoted or not: the client library does not quote them. */
export function parseMultipart(body: Buffer, contentType: string): readonly Part[] {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? ''
  const mark = Buffer.from(`--${boundary}`)
  const parts: Part[] = []
  for (let at = body.indexOf(mark); at >= 0;) {
    const start = at + mark.length + LINE.length
    const next = body.indexOf(mark, start)
    if (next < 0) break
    const part = body.subarray(start, next - LINE.length)
    const split = part.indexOf(HEAD_END)
    const head = part.subarray(0, split).toString('utf8')
    const name = /;\s*name="?([^";\r\n]+)"?/i.exec(head)?.[1] ?? ''
    const fileName = /;\s*filename="?([^";\r\n]*)"?/i.exec(head)?.[1] ?? null
    parts.push({ name, fileName, bytes: part.subarray(split + HEAD_END.length) })
    at = next
  }
  return parts
}
