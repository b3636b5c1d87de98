import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { checkName, checkPort, parseCreateTarget, suggestNames, type Naming } from '../../src/core/names.js'

const naming: Naming = { base: 'box.example.com', scheme: 'nested', reservedNames: ['status'] }
const flat: Naming = { ...naming, scheme: 'flat' }
const free = (): boolean => false
const target = (text: string, taken: (name: string) => boolean = free): ReturnType<typeof parseCreateTarget> =>
  parseCreateTarget(text, naming, taken)

describe('names', () => {
  it.each(['a', '', '1app', '-app', 'app-', 'My_App', 'a'.repeat(33), 'a'.repeat(64), 'myäpp', 'shelley', 'status'])(
    'refuses %j with a sentence',
    (name) => {
      expect(() => checkName(name, naming)).toThrow(UserError)
    },
  )

  it('offers the name that would work', () => {
    expect(() => checkName('My_App', naming)).toThrow('`My_App` could be `my-app`')
  })

  it('never offers a name that is reserved', () => {
    expect(() => checkName('Status', naming)).toThrow(/not ending with a hyphen\.$/)
    expect(suggestNames('ns', '', () => false)).toEqual(['ns3'])
  })

  it('makes only what SSHPiper takes, of any text, or a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.domain(), fc.stringMatching(/^[a-zA-Z0-9._-]{1,70}$/)),
        fc.boolean(),
        (text, isTaken) => {
          try {
            expect(target(text, () => isTaken).name).toMatch(/^[a-z_][-a-z0-9_]{0,31}$/)
          } catch (error) {
            expect(error).toBeInstanceOf(UserError)
          }
        },
      ),
    )
  })
})

describe('what is typed behind create', () => {
  it('is a name below the base', () => {
    const expected = {
      name: 'myapp',
      host: 'myapp.box.example.com',
      agentHost: 'shelley.myapp.box.example.com',
      custom: false,
    }
    expect(target('myapp')).toEqual(expected)
    expect(target('myapp.box.example.com')).toEqual(expected)
  })

  it('is a domain, whose dots become hyphens', () => {
    expect(target('app.example.co.uk')).toMatchObject({
      name: 'app-example-co-uk',
      host: 'app.example.co.uk',
      custom: true,
    })
    expect(target('bücher.example')).toMatchObject({ host: 'xn--bcher-kva.example' })
  })

  it('shortens with a hash where the name would be too long, taken, or begin with a digit', () => {
    expect(target('a-very-long-label.another-long-label.example.com').name).toMatch(/^.{25}-[0-9a-f]{6}$/)
    expect(target('a.b.com', (name) => name === 'a-b-com').name).toMatch(/^a-b-com-[0-9a-f]{6}$/)
    expect(target('9gag.com').name).toMatch(/^s-9gag-com-[0-9a-f]{6}$/)
  })

  it.each(
    [
      'a..b',
      '10.0.0.1',
      '*.example.com',
      'box.example.com',
      `${'a'.repeat(64)}.com`,
      '.',
      'a b.com',
      'localhost.',
    ].concat(
      'example.com/path',
      'you@example.com',
      'example.com:80',
      'ex\tample.com',
      '0x7f.1',
      '[::1].com',
      `${'a.'.repeat(125)}com`,
    ),
  )('refuses %j', (text) => {
    expect(() => target(text)).toThrow(UserError)
  })

  it.each(['admin.box.example.com.', 'admin.box。example.com', 'ADMIN.BOX.EXAMPLE.COM', 'status.box.example.com.'])(
    'is never a reserved name by another spelling: %j',
    (text) => {
      expect(() => target(text)).toThrow('is reserved')
    },
  )

  it('is a name below the base, however its dots are typed', () => {
    for (const text of ['myapp.box.example.com.', 'myapp。box.example.com', 'MyApp.box.example.com']) {
      expect(target(text)).toEqual(target('myapp'))
    }
  })

  it('is no host whose agent would sit on the base', () => {
    expect(() => parseCreateTarget('example.com', { ...naming, base: 'shelley.example.com' }, free)).toThrow(UserError)
  })
})

describe('the flat scheme', () => {
  it('puts the agent beside the app, where one wildcard certificate covers both', () => {
    expect(parseCreateTarget('myapp', flat, free)).toMatchObject({
      host: 'myapp.box.example.com',
      agentHost: 'shelley-myapp.box.example.com',
    })
  })

  it("never makes a neighbour's domain of a person's own one", () => {
    expect(parseCreateTarget('example.org', flat, free).agentHost).toBe('shelley.example.org')
  })

  it('keeps the names of agents from sandboxes', () => {
    expect(() => parseCreateTarget('shelley-myapp', flat, free)).toThrow('is reserved')
    expect(() => parseCreateTarget('Shelley_myapp', flat, free)).toThrow(/not ending with a hyphen\.$/)
    expect(parseCreateTarget('shelley-x.example.com', flat, free).name).toMatch(/^s-shelley-x-example-com-/)
    expect(target('shelley-myapp').host).toBe('shelley-myapp.box.example.com')
  })
})

describe('ports', () => {
  it.each(['0', '65536', 'http', '', '-1', '8e3', '9999', '22', '99999999999'])('refuses %j', (text) => {
    expect(() => checkPort(text, 9999, 22)).toThrow(UserError)
  })

  it('takes the others', () => {
    expect([checkPort('1', 9999, 22), checkPort(' 65535 ', 9999, 22)]).toEqual([1, 65535])
  })
})

it('suggests names that are free', () => {
  expect(suggestNames('myapp', 'Ada', (name) => name === 'myapp2')).toEqual(['myapp3', 'myapp-ada'])
})
