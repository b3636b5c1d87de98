import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const PLATFORMS = readdirSync('src/adapters/chat')
/** Where platforms are turned on and configured. */
const KNOWS_ALL = /^src\/(config\/|chat-platforms\.ts$)/
/** The console is the embedded one, and known to what starts it; Incus has consoles of its own. */
const KNOWS_NO_CONSOLE = /^src\/(core|sync|bot)\//

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file))
}

/** Files of `platform`'s name outside of its own folder. */
function strays(platform: string): readonly string[] {
  const own = join('src/adapters/chat', platform)
  return sources('src')
    .filter((file) => !file.startsWith(`${own}/`) && !KNOWS_ALL.test(file))
    .filter((file) => platform !== 'console' || KNOWS_NO_CONSOLE.test(file))
    .filter((file) => !isItsStore(file, platform))
    .filter((file) => new RegExp(platform, 'i').test(code(readFileSync(file, 'utf8'))))
}

/** What a platform remembers in the database. */
function isItsStore(file: string, platform: string): boolean {
  return file.startsWith('src/infra/sqlite/') && (file.includes(platform) || file.endsWith('/migrations.ts'))
}

function code(text: string): string {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, '').replace(/\bconsole\.(log|error)\b/g, '')
}

describe('a chat platform', () => {
  it.each(PLATFORMS)('is named in its own folder alone: %s', (platform) => {
    expect(strays(platform)).toEqual([])
  })
})
