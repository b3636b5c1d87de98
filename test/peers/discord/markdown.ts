/** What a person reads of a text, and what it does besides being read. */
export interface Read {
  readonly text: string
  /** Addresses that can be clicked. */
  readonly links: readonly string[]
  /** `@everyone`, `<@1>`, `<@&1>`: who would be told, were it allowed. */
  readonly mentions: readonly string[]
  /** Whatever else was not taken as text: `**`, `#`, `:smile:`, code is told apart and not counted. */
  readonly marks: readonly string[]
}

interface Reading {
  text: string
  readonly links: string[]
  readonly mentions: string[]
  readonly marks: string[]
}

type Rule = readonly [pattern: RegExp, read: (match: readonly string[], into: Reading) => void]

const paired = (mark: string, pattern: RegExp): Rule => [
  pattern,
  ([, inner = ''], into) => {
    into.marks.push(mark)
    readInto(inner, into, false)
  },
]

/** In the order in which Discord's clients try them; each at one place of the text. */
const rules: readonly Rule[] = [
  [/^¯\\_\(ツ\)_\/¯/, ([whole = ''], into) => void (into.text += whole)],
  [/^\\([^0-9A-Za-z\s])/, ([, sign = ''], into) => void (into.text += sign)],
  [/^```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n][^]*?)\n*```/i, ([, code = ''], into) => void (into.text += code)],
  [/^(`+)([^]*?[^`])\1(?!`)/, ([, , code = ''], into) => void (into.text += code.replace(/^ (.*) $/s, '$1'))],
  [
    /^\[((?:\\.|[^\]\\])*)\]\(<?(https?:\/\/[^\s<>)]+)>?\)/,
    ([, label = '', url = ''], into) => {
      into.links.push(url)
      readInto(label, into, false)
    },
  ],
  [/^<(https?:\/\/[^\s<>]+)>/, ([, url = ''], into) => readLink(url, into)],
  [/^https?:\/\/[^\s<]+[^<.,:;"'\]\s]/, ([url = ''], into) => readLink(url, into)],
  [
    /^(?:@everyone|@here|<@!?\d+>|<@&\d+>)/,
    ([whole = ''], into) => {
      into.mentions.push(whole)
      into.text += whole
    },
  ],
  [/^<t:(-?\d+)(?::[tTdDfFRsS])?>/, ([, seconds = ''], into) => void (into.text += timeText(Number(seconds)))],
  [
    /^(?:<#\d+>|<a?:\w{2,32}:\d+>|<\/[^:>]+:\d+>|<id:\w+>|:\w{2,}:)/,
    ([whole = ''], into) => {
      into.marks.push(whole)
      into.text += whole
    },
  ],
  paired('***', /^\*\*\*(?=\S)([^]+?)\*\*\*/),
  paired('**', /^\*\*((?:\\[^]|[^\\])+?)\*\*(?!\*)/),
  paired('__', /^__((?:\\[^]|[^\\])+?)__(?!_)/),
  paired('*', /^\*(?=\S)((?:\\[^]|[^\\*])+?)\*(?!\*)/),
  paired('_', /^_((?:\\[^]|[^\\_])+?)_(?![A-Za-z0-9_])/),
  paired('~~', /^~~((?:\\[^]|[^\\])+?)~~/),
  paired('||', /^\|\|((?:\\[^]|[^\\])+?)\|\|/),
]

const lineRules: readonly RegExp[] = [/^(#{1,3}|-#) +(?=\S)/, /^>>> +/, /^> +/, /^ *(?:[-*]|\d+\.) +(?=\S)/]

/** A text of a message as its readers see it. */
export function readMarkdown(markdown: string): Read {
  const into: Reading = { text: '', links: [], mentions: [], marks: [] }
  readInto(markdown, into, true)
  return into
}

function readInto(markdown: string, into: Reading, isLineStart: boolean): void {
  let rest = markdown
  let starts = isLineStart
  while (rest !== '') {
    const line = starts ? lineRules.map((rule) => rule.exec(rest)).find((match) => match !== null) : undefined
    if (line !== undefined && line !== null) {
      into.marks.push(line[0].trim())
      rest = rest.slice(line[0].length)
      starts = false
      continue
    }
    const [match, read] = firstMatch(rest)
    read(match, into)
    const taken = match[0] ?? ''
    rest = rest.slice(taken.length)
    starts = taken.endsWith('\n')
  }
}

function firstMatch(rest: string): readonly [match: readonly string[], read: Rule[1]] {
  for (const [pattern, read] of rules) {
    const match = pattern.exec(rest)
    if (match !== null) return [match, read]
  }
  const plain = /^[^](?:[A-Za-z0-9 ]*(?=[^A-Za-z0-9 ]|$))/.exec(rest)?.[0] ?? rest
  // A word may hide an address that begins within it; one character at a time is enough for texts as short as ours.
  const taken = /https?:\/\//.test(plain + rest.slice(plain.length, plain.length + 3)) ? rest.slice(0, 1) : plain
  return [[taken], ([text = ''], into) => void (into.text += text)]
}

function readLink(url: string, into: Reading): void {
  into.links.push(url)
  into.text += url
}

function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
