const FLAGS = new Set([
  'as_user',
  'link_names',
  'mrkdwn',
  'reply_broadcast',
  'unfurl_links',
  'unfurl_media',
  'return_im',
])
const NUMBERS = new Set(['length'])
const STRUCTURES = new Set(['blocks', 'attachments', 'metadata', 'view', 'files', 'file_ids'])

/** The arguments of a call as the form holds them: words, with JSON in those that have a structure. */
export function readArguments(body: string, type: string): Readonly<Record<string, unknown>> | null {
  if (type.startsWith('application/json')) return parse(body) as Readonly<Record<string, unknown>> | null
  const given: Record<string, unknown> = {}
  for (const [key, value] of new URLSearchParams(body)) given[key] = valueOf(key, value)
  return given
}

function valueOf(key: string, value: string): unknown {
  if (FLAGS.has(key)) return value === 'true' || value === '1'
  if (NUMBERS.has(key)) return Number(value)
  return STRUCTURES.has(key) ? parse(value) : value
}

/** Null for what is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
