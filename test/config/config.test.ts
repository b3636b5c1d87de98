import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigError, loadConfig, parseConfig } from '../../src/config.js'
import { configSchema } from '../../src/config/schema.js'

const exampleFile = join(import.meta.dirname, '../../config.example.toml')
const example = readFileSync(exampleFile, 'utf8')
const minimal = '[domains]\nbase = "box.example.com"\n'

function problems(toml: string): readonly string[] {
  try {
    parseConfig(toml, 'c.toml')
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

/** Each key of the schema as `table.key`. */
function allKeys(): string[] {
  const unwrap = (schema: unknown): unknown =>
    schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
      ? unwrap(schema.unwrap())
      : schema
  const walk = (schema: unknown, path: string): string[] => {
    const inner = unwrap(schema)
    if (inner instanceof z.ZodArray && unwrap(inner.element) instanceof z.ZodObject) return walk(inner.element, path)
    if (!(inner instanceof z.ZodObject)) return [path]
    return Object.entries(inner.shape as object).flatMap(([key, one]) =>
      walk(one, path === '' ? key : `${path}.${key}`),
    )
  }
  return walk(configSchema, '')
}

describe('config.example.toml', () => {
  it('loads, and says what holds without it', () => {
    const { templates, dns, ...given } = loadConfig(exampleFile)
    const { templates: none, dns: noDns, ...defaults } = parseConfig(minimal, 'c.toml')
    expect(given).toEqual(defaults)
    expect(none).toBeUndefined()
    expect(noDns.providers).toEqual([])
    expect(templates).toHaveLength(1)
    expect(dns.providers).toEqual([{ name: 'by-hand', kind: 'none', proxied: false, name_servers: [] }])
  })

  it('has every key, with a sentence above it', () => {
    let table = ''
    let sentence = ''
    const explained = new Map<string, string>()
    for (const line of example.split('\n')) {
      const header = /^(?:# )?\[+([\w.]+)\]+$/.exec(line)
      const key = /^(?:# )?(\w+) = /.exec(line)
      if (header !== null) table = header[1] ?? ''
      else if (key !== null) explained.set(`${table}.${key[1] ?? ''}`, sentence)
      else if (line.startsWith('# ')) sentence = line.slice(2)
      if (line === '') sentence = ''
    }
    expect([...explained.keys()].sort()).toEqual(allKeys().sort())
    for (const [key, words] of explained) expect(words, key).toMatch(/\w.*[.":]/)
  })
})

describe('a wrong configuration', () => {
  it.each([
    ['[caddy]\ntls = "yes"', 'c.toml:2: `[caddy] tls` must be "acme", "internal" or "off".'],
    [
      '[caddy]\n\nlisten = [":80", "x"]',
      'c.toml:3: `[caddy] listen` must be an address with a port, such as "127.0.0.1:7780".',
    ],
    [
      '[[dns.providers]]\nname = "cf"\nkind = "cloudflare"',
      'c.toml:1: `[[dns.providers]] token_file` is missing; it must be given for "cloudflare" and "desec".',
    ],
    [
      '[[dns.providers]]\nname = "own"\nkind = "rfc2136"\nserver = "192.0.2.53:53"',
      'c.toml:1: `[[dns.providers]] key_file` is missing; it must be given for "rfc2136".',
    ],
    [
      '[[dns.providers]]\nname = "own"\nkind = "bind"',
      'c.toml:3: `[[dns.providers]] kind` must be "cloudflare", "desec", "rfc2136" or "none".',
    ],
    ['[sync]\nguard_share = 2', 'c.toml:2: `[sync] guard_share` must be a number from 0 to 1.'],
    ['[sshpiper]\nport = "22"', 'c.toml:2: `[sshpiper] port` must be a port from 1 to 65535.'],
    [
      '[[templates]]\nname = "a"\nimage = "x"\n[[templates]]\nname = "B"\nimage = "x"',
      'c.toml:5: `[[templates]] name` must be 1 to 40 of a-z, 0-9 and hyphens.',
    ],
    [
      '[[templates]]\nname = "a"',
      'c.toml:1: `[[templates]] image` is missing; it must be the image\'s alias, such as "boldsoftware/exeuntu:latest".',
    ],
    [
      '[console]\naddress = "0.0.0.0:7780"',
      'c.toml:2: `[console] address` must be an address on loopback, such as "127.0.0.1:7780".',
    ],
    [
      '[incus]\nurl = "https://x:8443"',
      'c.toml:2: `[incus] url` must be given together with the three *_file keys of its certificates.',
    ],
    ['[metrics]\nenabled = true', 'c.toml:2: `[metrics] enabled` must be false: this version does not have it yet.'],
    [
      '[slack]\nenabled = true',
      'c.toml:2: `[slack] enabled` must be given with bot_token_file and, by its mode, app_token_file or signing_secret_file.',
    ],
    ['[sandboxes]\nmemory = "4"', 'c.toml:2: `[sandboxes] memory` must be a size, such as "512MiB" or "4GiB".'],
    [
      '[[access.grants]]\nto = "ada"',
      'c.toml:2: `[[access.grants]] to` must be an identity, or "group:", "room:" or "workspace:" and an id, such as "group:discord:123" or "workspace:slack:T0123".',
    ],
    [
      '[access]\nmembers = ["slack:T1:U1", "ada"]',
      'c.toml:2: `[access] members` must be an identity, such as "slack:T0123:U0456" or "console:operator".',
    ],
    [
      'sync = 4',
      'c.toml:1: `[sync]` must be a table with the keys schedule, dns_schedule, mode, guard_share, side_by_side, health_schedule, give_up_minutes.',
    ],
  ])('%j names file, line, key and what is allowed', (toml, sentence) => {
    expect(problems(`${toml}\n${minimal}`)).toEqual([sentence])
  })

  it('names a missing base', () => {
    expect(problems('')).toEqual([
      'c.toml:1: `[domains] base` is missing; it must be a domain in small letters, such as "box.example.com".',
    ])
  })

  it('names an unknown key and those that are known', () => {
    const [sentence] = problems(`${minimal}\n[agent]\nprot = 1`)
    expect(sentence).toBe(
      'c.toml:5: `[agent] prot` is no key that I know. Allowed here: port, release_url, schedule, keep_versions, download_timeout_seconds.',
    )
  })

  it('names the line of what is no TOML', () => {
    expect(problems(`${minimal}x = = 2`)[0]).toMatch(/^c\.toml:3: this is not TOML: .*config\.example\.toml/)
  })

  it('quotes no value: it may be a secret in the wrong place', () => {
    expect(problems(`${minimal}[incus]\nclient_key_file = "hunter2"`).join()).not.toContain('hunter2')
  })

  it('names a file that is not there', () => {
    expect(() => loadConfig('/nowhere/config.toml')).toThrow(/\/nowhere\/config\.toml cannot be read \(ENOENT\)/)
  })
})

describe('a size', () => {
  it.each([
    ['512MiB', 512 * 2 ** 20],
    ['4GiB', 4 * 2 ** 30],
    ['1.5 KiB', 1536],
  ])('%s', (text, bytes) => {
    expect(parseConfig(`${minimal}[sandboxes]\nmemory = "${text}"`, 'c').sandboxes.memory).toBe(bytes)
  })
})
