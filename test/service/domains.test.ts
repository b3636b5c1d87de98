import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { TestService } from './service.js'

const HANDS_OFF = "Only blog's owner, Grace, or an admin can"
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq8V2XxHDgVn6XlWUE6dS6ZHrRBNJ8Yd4B2dd8Gz1bM'

const service = new TestService()

beforeAll(async () => {
  await service.start()
  await service.serve()
  await service.ready()
  await service.done(`keys add ${KEY}`, 'grace')
  await service.done('create blog', 'grace')
})
afterAll(() => service.close())

describe('domains, by what people say', () => {
  it('are added, listed, shown and removed', async () => {
    const added = await service.done('domain blog add Blog.example.org --dns by-hand', 'grace')
    expect(added.text).toContain('blog.example.org published')
    expect((await service.traces()).routes).toEqual(['blog.example.org', 'blog.localhost', 'shelley.blog.localhost'])
    const listed = await service.done('domain blog', 'grace')
    expect(listed.text).toMatch(/Domain\s+http:\/\/blog\.example\.org:\d+ · DNS by hand/)
    expect((await service.done('show blog', 'grace')).text).toMatch(/Domain\s+http:\/\/blog\.example\.org/)
    await service.done('domain blog remove blog.example.org', 'grace')
    expect((await service.traces()).routes).toEqual(['blog.localhost', 'shelley.blog.localhost'])
  })

  it.each([
    ['domain', 'ada', 2, 'domain needs more: Sandbox.'],
    ['domain blog add', 'ada', 2, 'domain needs more: Domain.'],
    ['domain blog take x.test', 'ada', 1, 'What to do: `take` is none of `list`, `add`, `remove`.'],
    ['domain nobody list', 'ada', 1, 'There is no sandbox `nobody` here.'],
    ['domain blog add shop.test', 'linus', 1, `${HANDS_OFF} add a domain to it.`],
    ['domain blog list', 'linus', 1, `${HANDS_OFF} see it.`],
    ['domain blog add shop.test --dns never', 'grace', 1, 'DNS: `never` is none of `automatic`, `by-hand`.'],
    ['domain blog remove shop.test', 'grace', 1, '`shop.test` is no domain of blog. blog has no domain of its own.'],
    ['domain blog add "a b"', 'grace', 1, 'is no domain. One looks like `app.example.com`.'],
    ['domain blog add other.localhost', 'grace', 1, 'for sandboxes of their own: `create other`'],
    ['create shop --dns never', 'grace', 1, 'DNS: `never` is none of `automatic`, `by-hand`.'],
  ] as const)('%s, says %s', async (words, as, code, sentence) => {
    const before = await service.traces()
    const said = await service.say(words, as)
    expect(said).toMatchObject({ code, text: expect.stringContaining(sentence) as string })
    expect(await service.traces()).toEqual(before)
  })
})

describe('ssh, by what people say', () => {
  it('is told as a line to paste and as what editors want', async () => {
    const { text } = await service.done('ssh blog', 'grace')
    expect(text).toContain('`ssh blog@localhost`')
    expect(text).toMatch(/Sandbox key\s+`ED25519 SHA256:\S{43}`/)
    expect(text).toContain('Host blog\n  HostName localhost\n  User blog')
    expect(text).not.toContain('new host keys')
    expect(await service.say('ssh blog', 'linus')).toMatchObject({
      code: 1,
      text: expect.stringContaining(`${HANDS_OFF} enter it.`) as string,
    })
  })

  it('takes the host keys that a sandbox has made, and says so once', async () => {
    const { publicLine, privateText } = makeKeyPair()
    await service.putIn('blog', '/etc/ssh/ssh_host_ed25519_key', privateText)
    await service.putIn('blog', '/etc/ssh/ssh_host_ed25519_key.pub', `${publicLine} root@blog\n`)
    expect((await service.done('ssh blog', 'grace')).text).toContain('blog had made new host keys')
    const known = (): string => readFileSync(join(service.pipes, 'blog', 'known_hosts'), 'utf8')
    await expect.poll(known).toContain(publicLine)
    expect((await service.done('ssh blog', 'grace')).text).not.toContain('new host keys')
  })

  it('is told all the same while the host is away', async () => {
    await service.incus.leave()
    expect((await service.done('ssh blog', 'grace')).text).toContain('`ssh blog@localhost`')
    await service.incus.open()
  })
})

describe('the root certificate', () => {
  it('is none where nothing has to be trusted', async () => {
    const { code, text } = await service.say('certificate root', 'grace')
    expect([code, text]).toEqual([1, expect.stringContaining('There is nothing to install')])
  })
})
