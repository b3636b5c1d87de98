import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/core/errors.js'
import { commands } from '../../src/bot/commands/all.js'
import { complete } from '../../src/bot/complete.js'
import { missingForm } from '../../src/bot/forms.js'
import { findCommand, parseWords, splitWords } from '../../src/bot/parse.js'

const refused = (text: string): string => {
  try {
    return JSON.stringify(parseWords(text, commands))
  } catch (error) {
    return error instanceof UserError ? error.message : `not a refusal: ${String(error)}`
  }
}

describe('words become calls', () => {
  it.each([
    ['create myapp', { command: 'create', args: { target: 'myapp' } }],
    ['/sandbox create myapp --port 3000', { command: 'create', args: { target: 'myapp', port: '3000' } }],
    [
      'create --template=debian app.example.com',
      { command: 'create', args: { template: 'debian', target: 'app.example.com' } },
    ],
    ['LIST —all', { command: 'list', args: { all: 'yes' } }],
    ['', { command: 'help', args: {} }],
    [
      'keys add ssh-ed25519 AAAA ada@laptop',
      { command: 'keys', args: { action: 'add', key: 'ssh-ed25519 AAAA ada@laptop' } },
    ],
    ["credentials myapp --user 'ada'", { command: 'credentials', args: { sandbox: 'myapp', user: 'ada' } }],
  ])('%s', (text, call) => expect(parseWords(text, commands)).toEqual(call))

  it.each([
    ['crate myapp', 'Did you mean `create`?'],
    ['frobnicate', 'What I can do: `help`'],
    ['create a --prot 3', 'Did you mean `--port`?'],
    ['show a b', 'one word too many'],
    ['create a --port', 'a value is missing'],
    ['keys burn', 'none of `list`, `add`, `remove`'],
    ['keys add -----BEGIN OPENSSH PRIVATE KEY-----', 'That is a private key'],
    ['show a --__proto__ x', 'does not know'],
  ])('%s is refused with what would work', (text, part) => expect(refused(text)).toContain(part))

  it('keeps quoted words together', () => expect(splitWords(`a "b c" d'e f' "g`)).toEqual(['a', 'b c', 'de f', 'g']))

  it('never throws anything but a refusal', () => {
    const names = commands.map((one) => one.name)
    fc.assert(
      fc.property(fc.constantFrom('', ...names), fc.string({ unit: 'binary', maxLength: 200 }), (name, rest) => {
        expect(refused(`${name} ${rest}`)).not.toContain('not a refusal')
        complete(`${name} ${rest}`, commands, ['myapp'])
      }),
    )
  })
})

describe('forms and completion', () => {
  it('delete asks for the name', () => {
    const form = missingForm(findCommand('delete', commands), { command: 'delete', args: { sandbox: 'myapp' } }, [
      'myapp',
    ])
    expect(form).toMatchObject({ danger: true, fields: [{ name: 'confirm', required: true, value: '' }] })
  })
  it('a sandbox is chosen from one’s own', () => {
    const form = missingForm(findCommand('stop', commands), { command: 'stop', args: {} }, ['a1', 'b2'])
    expect(form?.fields).toMatchObject([{ kind: 'choice', choices: ['a1', 'b2'] }])
  })
  it.each([
    ['cre', ['create', 'credentials'].slice(0, 2)],
    ['stop my', ['myapp']],
    ['keys r', ['remove']],
    ['create x --te', ['--template']],
  ])('%s', (text, choices) => expect(complete(text, commands, ['myapp', 'blog'])).toEqual(choices))
})
