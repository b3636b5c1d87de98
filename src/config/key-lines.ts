/** Where each key of a TOML text stands, by its path (`templates.0.image`), for error messages. Lines count from 1. */
export function keyLines(toml: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  const counts = new Map<string, number>()
  let table = ''
  toml.split('\n').forEach((text, index) => {
    const header = /^\s*\[\[?([^\]]+)\]\]?/.exec(text)
    const assigned = /^\s*([\w-]+|"[^"]+")(?:\s*\.\s*[\w-]+)*\s*=/.exec(text)
    if (header?.[1] !== undefined) {
      table = header[1].replaceAll(/[\s"]/g, '')
      if (text.trimStart().startsWith('[[')) {
        const count = counts.get(table) ?? 0
        counts.set(table, count + 1)
        table = `${table}.${count}`
      }
      if (!lines.has(table)) lines.set(table, index + 1)
    } else if (assigned !== null) {
      const name = (text.split('=', 1)[0] ?? '').replaceAll(/[\s"]/g, '')
      lines.set(table === '' ? name : `${table}.${name}`, index + 1)
    }
  })
  return lines
}

/** The line of the key, or of the nearest thing around it that stands in the text; 1 where there is none. */
export function lineOf(lines: ReadonlyMap<string, number>, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const line = lines.get(path.slice(0, length).join('.'))
    if (line !== undefined) return line
  }
  return 1
}
