import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SCOPES } from '../../src/adapters/chat/slack/scopes.js'
import { EVENT_SCOPES, readManifest } from '../peers/slack/manifest.js'
import { scopeOf } from '../peers/slack/web-api.js'

const FOLDER = 'src/adapters/chat/slack'
const source = readdirSync(FOLDER)
  .map((file) => readFileSync(`${FOLDER}/${file}`, 'utf8'))
  .join('\n')
const manifest = readManifest(readFileSync('docs/slack/manifest.yaml', 'utf8'))

const found = (pattern: RegExp): readonly string[] =>
  [...new Set([...source.matchAll(pattern)].map(([, one]) => one ?? ''))].toSorted()
const methods = found(/\bclient\.(\w+\.\w+)\(/g)
const events = [...found(/\bapp\.event\('([\w.]+)'/g), ...(source.includes('app.message(') ? ['message.im'] : [])]

describe('the app’s manifest', () => {
  it('asks for what the code uses, and for nothing else', () => {
    expect(methods).toContain('chat.update')
    const needed = [...methods.map(scopeOf), ...events.map((event) => EVENT_SCOPES[event] ?? null), 'commands']
    const scopes = [...new Set(needed.filter((scope) => scope !== null))].toSorted()
    expect(manifest.scopes.toSorted()).toEqual(scopes)
    expect(SCOPES.toSorted()).toEqual(scopes)
  })

  it('subscribes to what the code hears, and has its commands, buttons and tabs', () => {
    expect(manifest.events.toSorted()).toEqual(events.toSorted())
    expect(manifest.commands).toEqual(found(/\bapp\.command\('([^']+)'/g))
    expect(manifest).toMatchObject({ isInteractive: true, hasHome: true, takesMessages: true })
  })
})
