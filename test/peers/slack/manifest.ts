import { schemaErrors } from './schemas.js'

type Yaml = string | boolean | readonly Yaml[] | { readonly [key: string]: Yaml }

/** What an app's manifest lets it do. */
export interface AppSettings {
  readonly scopes: readonly string[]
  readonly events: readonly string[]
  readonly commands: readonly string[]
  readonly hasHome: boolean
  readonly takesMessages: boolean
  readonly isInteractive: boolean
}

/** What the bot must be allowed to do before it is told of an event. */
export const EVENT_SCOPES: Readonly<Record<string, string | null>> = {
  app_home_opened: null,
  app_mention: 'app_mentions:read',
  'message.im': 'im:history',
}

export function isTold({ events, scopes }: AppSettings, event: string): boolean {
  const scope = EVENT_SCOPES[event]
  return events.includes(event) && (scope === null || scopes.includes(scope ?? ''))
}

interface Manifest {
  readonly features?: {
    readonly app_home?: {
      home_tab_enabled?: boolean
      messages_tab_enabled?: boolean
      messages_tab_read_only_enabled?: boolean
    }
    readonly slash_commands?: readonly { readonly command: string }[]
  }
  readonly oauth_config?: { readonly scopes?: { readonly bot?: readonly string[] } }
  readonly settings?: {
    readonly event_subscriptions?: { readonly bot_events?: readonly string[] }
    readonly interactivity?: { readonly is_enabled: boolean }
  }
}

/** Reads a manifest, and refuses what the official type does not know. */
export function readManifest(yaml: string): AppSettings {
  const lines = yaml.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  const manifest = readBlock(lines) as unknown
  const errors = schemaErrors('manifest', { manifest })
  if (errors.length > 0) throw new Error(errors.join('\n'))
  const { features, oauth_config: oauth, settings } = manifest as Manifest
  const home = features?.app_home
  return {
    scopes: oauth?.scopes?.bot ?? [],
    events: settings?.event_subscriptions?.bot_events ?? [],
    commands: features?.slash_commands?.map(({ command }) => command) ?? [],
    hasHome: home?.home_tab_enabled === true,
    takesMessages: home?.messages_tab_enabled === true && home.messages_tab_read_only_enabled !== true,
    isInteractive: settings?.interactivity?.is_enabled === true,
  }
}

/** As much of YAML as a manifest needs: maps, lists, plain and quoted words, true and false. */
function readBlock(lines: readonly string[]): Yaml {
  const [first = ''] = lines
  if (first.trimStart().startsWith('- ')) {
    return parts(lines).map((item) => {
      const text = item[0]?.replace('- ', '  ') ?? ''
      return isPair(text) ? readBlock([text, ...item.slice(1)]) : readScalar(text.trim())
    })
  }
  return Object.fromEntries(
    parts(lines).map(([head = '', ...rest]) => {
      const at = head.indexOf(':')
      const value = head.slice(at + 1).trim()
      return [head.slice(0, at).trim(), rest.length > 0 ? readBlock(rest) : readScalar(value)]
    }),
  )
}

/** The lines of each entry at the outermost depth. */
function parts(lines: readonly string[]): readonly (readonly string[])[] {
  const depth = (line: string): number => line.length - line.trimStart().length
  const outer = depth(lines[0] ?? '')
  const found: string[][] = []
  for (const line of lines) {
    if (depth(line) === outer) found.push([line])
    else found.at(-1)?.push(line)
  }
  return found
}

function isPair(text: string): boolean {
  return /^\s*\w+:(\s|$)/.test(text)
}

function readScalar(text: string): Yaml {
  if (text === 'true' || text === 'false') return text === 'true'
  return text.replace(/^(['"])(.*)\1$/, '$2')
}
