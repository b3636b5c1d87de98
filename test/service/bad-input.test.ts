import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestService, type Traces } from './service.js'

const RULE =
  'A name has 2 to 32 characters: a–z, 0–9 and hyphens, beginning with a letter and not ending with a hyphen.'
const NO_DOMAIN = 'is no domain. One looks like `app.example.com`.'
const PORT = 'A port is a number from 1 to 65535.'
const NONE = 'There is no sandbox `nobody` here. List yours: `/sandbox list`'
const HANDS_OFF = "Only blog's owner, Grace, or an admin can"

const service = new TestService()
let before: Traces

beforeAll(async () => {
  await service.start()
  await service.serve()
  await service.ready()
  await service.done(
    'keys add ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq8V2XxHDgVn6XlWUE6dS6ZHrRBNJ8Yd4B2dd8Gz1bM',
    'grace',
  )
  await service.done('create blog', 'grace')
  await service.done('create app.example.com', 'grace')
  before = await service.traces()
})
afterAll(() => service.close())

/** Says it, and sees that it is refused with this, and that all is as it was. */
async function refused(words: string, code: 1 | 2, sentence: string, as = 'ada'): Promise<void> {
  const said = await service.say(words, as)
  expect(said).toMatchObject({ code, text: expect.stringContaining(sentence) as string })
  expect(await service.traces()).toEqual(before)
}

describe('a name that cannot be is refused with what could', () => {
  it.each([
    ['', 'create needs more: Name or domain. See: sandpiper say help create', 2],
    ['""', 'create needs more: Name or domain.', 2],
    ['a', RULE],
    ['a'.repeat(64), `${RULE} \`${'a'.repeat(64)}\` could be \`${'a'.repeat(32)}\`.`],
    ['MyApp', `${RULE} \`MyApp\` could be \`myapp\`.`],
    ['1app', `${RULE} \`1app\` could be \`app\`.`],
    ['-app', `${RULE} \`-app\` could be \`app\`.`],
    ['app-', `${RULE} \`app-\` could be \`app\`.`],
    ['"my app"', `${RULE} \`my app\` could be \`my-app\`.`],
    ['müller', `${RULE} \`müller\` could be \`muller\`.`],
    ['日本', RULE],
    ['shelley', 'The name `shelley` is reserved. Choose another one.'],
    ['blog', '`blog` is taken (Grace). Free: `blog2`, `blog-ada`.'],
    ['shelley.blog.localhost', '`shelley.blog.localhost` leads to `blog` (Grace). Choose another domain.'],
  ])('create %s', (name, sentence, code: number = 1) => refused(`create ${name}`, code === 2 ? 2 : 1, sentence))
})

describe('a domain that cannot be is refused with what one looks like', () => {
  it.each([
    ['.', NO_DOMAIN],
    ['a..b', NO_DOMAIN],
    ['.example.com', NO_DOMAIN],
    ['-a.example.com', NO_DOMAIN],
    ['a_b.example.com', NO_DOMAIN],
    [`${'a'.repeat(64)}.example.com`, NO_DOMAIN],
    [`${'a.'.repeat(150)}example.com`, NO_DOMAIN],
    ['10.0.0.1', NO_DOMAIN],
    ['https://x.example.com/', NO_DOMAIN],
    ['app.example.com', '`app.example.com` leads to `app-example-com` (Grace). Choose another domain.'],
    ['shelley.app.example.com', '`shelley.app.example.com` leads to `app-example-com` (Grace). Choose another domain.'],
    ['new.example.com --name Blog', `${RULE} \`Blog\` could be \`blog\`.`],
    ['new.example.com --name blog', '`blog` is taken (Grace). Free: `blog2`, `blog-ada`.'],
  ])('create %s', (name, sentence) => refused(`create ${name}`, 1, sentence))
})

describe('a port that cannot be is refused with those that can', () => {
  const ports = [
    ['0', PORT],
    ['65536', PORT],
    ['-1', PORT],
    ['80.5', PORT],
    ['http', PORT],
    ['９０', PORT],
    ['9999', "Port 9999 is the agent's own. Choose another one."],
    ['2222', "Port 2222 is SSH's own. Choose another one."],
  ] as const
  it.each(ports)('create --port %s', (port, sentence) => refused(`create fresh --port ${port}`, 1, sentence))
  it.each(ports)('port %s', (port, sentence) => refused(`port blog ${port}`, 1, sentence, 'grace'))
  it('the one that it has', () => refused('port blog 8000', 1, "blog's app is on port 8000 already.", 'grace'))
  it('none', () => refused('port blog', 2, 'port needs more: Port. See: sandpiper say help port', 'grace'))
})

describe('what is not known is refused with what is', () => {
  it.each([
    ['frobnicate', 'I do not know `frobnicate`. What I can do: `help`'],
    ['crate fresh', 'I do not know `crate`. Did you mean `create`?'],
    ['create fresh --prot 3000', 'Did you mean `--port`?'],
    ['create fresh --port', '`create`: a value is missing after `--port`.'],
    ['create fresh other', '`other` is one word too many. How it goes: `create <name or domain>`'],
    ['create fresh --template nope', 'There is no template `nope`. There are: `debian`, `unknown`, `far`, `registry`.'],
    ['list --state asleep', '`asleep` is none of `running`, `stopped`'],
    ['help asleep', 'There is no command `asleep`. All of them: `help`'],
    ['keys add nonsense', 'That is no SSH public key. One looks like: ssh-ed25519'],
    ['keys add -----BEGIN OPENSSH PRIVATE KEY----- tellnobody', 'That is a private key. Throw it away'],
    ['keys remove nothing', 'You have no key `nothing` here. Your keys: `/sandbox keys list`'],
    ['credentials blog --user "A B"', 'A user name has 1 to 32 characters'],
    ['show nobody', NONE],
    ['start nobody', NONE],
    ['stop nobody', NONE],
    ['restart nobody', NONE],
    ['delete nobody', NONE],
    ['cancel nobody', NONE],
    ['port nobody 3000', NONE],
    ['credentials nobody', NONE],
    ['start blog', 'blog is running already.'],
    ['cancel blog', 'Nothing is running for blog.'],
  ])('%s', (words, sentence) => refused(words, 1, sentence))

  it('so is what is too long, shortened', async () => {
    await refused(`show ${'x'.repeat(7000)}`, 1, `There is no sandbox \`${'x'.repeat(63)}…\` here.`)
    await refused(`create ${'a'.repeat(200)}`, 1, `…\` could be \`${'a'.repeat(32)}\`.`)
    await refused(`create ${'x'.repeat(9000)}`, 1, 'That is too long: 8000 characters are the most.')
  })
})

describe('what is somebody else’s is refused with whose it is', () => {
  it.each([
    ['show blog', `${HANDS_OFF} see it.`],
    ['start blog', `${HANDS_OFF} start it.`],
    ['stop blog', `${HANDS_OFF} stop it.`],
    ['restart blog', `${HANDS_OFF} restart it.`],
    ['delete blog', `${HANDS_OFF} delete it.`],
    ['port blog 3000', `${HANDS_OFF} change the port of it.`],
    ['credentials blog', `${HANDS_OFF} renew the login of it.`],
    ['cancel blog', `${HANDS_OFF} cancel what runs on it.`],
    ['sync repair', 'Only an admin can use `sync`. For what you can do: `help`'],
    ['list --all', 'Only an admin sees those of everybody. Yours: `/sandbox list`'],
  ])('%s', (words, sentence) => refused(words, 1, sentence, 'linus'))

  const STRANGER = 'I do not know you yet. Ask an admin of this place for access; your id here is `eve`.'
  it.each(['list', 'help', 'whoami', 'create fresh', 'show blog', 'delete blog', 'nonsense'])(
    'a stranger says %s',
    (words) => refused(words, 1, STRANGER, 'eve'),
  )
  it('somebody whom nobody knows', () => refused('list', 2, '--as takes one of: ada, grace, linus, eve.', 'mallory'))
})

describe('an image that does not exist', () => {
  it.each([
    ['unknown', 'sb/nothing'],
    ['far', 'debian/99'],
    ['registry', 'acme/nothing:latest'],
  ])('of the template %s is named, and all is put away again, without a login for nothing', async (template, image) => {
    const { code, text } = await service.say(`create fresh --template ${template}`)
    expect(code).toBe(1)
    expect(text).toContain(
      `✕ fresh could not be created\nThe image \`${image}\` does not exist. Nothing was left behind.`,
    )
    expect(text).not.toContain('Password')
    expect(await service.traces()).toEqual(before)
    expect(service.logged('POST /1.0/instances').at(-1)).toMatchObject({
      sandbox: 'fresh',
      operation: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    })
  })
})

it('the log holds no secret', () => {
  expect(service.secrets().length).toBeGreaterThan(3)
  for (const secret of service.secrets()) expect(service.log()).not.toContain(secret)
  expect(service.log()).not.toMatch(/PRIVATE KEY|tellnobody|\$2[aby]\$/)
})
