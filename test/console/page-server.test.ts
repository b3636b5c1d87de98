import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Journal } from '../../src/adapters/chat/console/journal.js'
import { PageServer } from '../../src/adapters/chat/console/page-server.js'
import { CHANNEL, People } from '../../src/adapters/chat/console/people.js'
import { card, fakeRouter, MemoryStore, TOKEN } from './fixtures.js'

const journal = new Journal(new MemoryStore())
const people = new People([{ user: 'ada', name: 'Ada' }], false)
const router = fakeRouter(async (place) => void journal.post(place, null, card))
const page = new PageServer(
  { host: '127.0.0.1', port: 0, token: TOKEN },
  { router, menu: [], journal, people, banner: '' },
)
const cookie = `sandpiper=${TOKEN}`

beforeAll(() => page.start())
afterAll(() => page.stop())

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

function ask(method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: page.port, method, path, headers }
    const asked = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const ownPost = () => ({ cookie, origin: `http://127.0.0.1:${page.port}`, 'content-type': 'application/json' })

test('without the token there is a page that says which link to open, and nothing else', async () => {
  const reply = await ask('GET', '/')
  expect(reply.status).toBe(401)
  expect(reply.text).toContain('Open the link that the terminal printed')
  for (const path of ['/state', '/events', '/page.js', '/?token=wrong'])
    expect((await ask('GET', path)).status).toBe(401)
  const { cookie: _, ...stranger } = ownPost()
  expect((await ask('POST', '/input', stranger, '{"text":"list"}')).status).toBe(401)
})

test('the token becomes a cookie that no script and no other site has', async () => {
  const reply = await ask('GET', `/?token=${TOKEN}`)
  expect(reply.status).toBe(303)
  expect(reply.headers.location).toBe('/')
  expect(String(reply.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/)
  const inside = await ask('GET', '/', { cookie })
  expect(inside.status).toBe(200)
  expect(inside.headers['content-security-policy']).toContain("default-src 'none'")
})

test('a foreign Host is refused, with the token too', async () => {
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'myapp.localhost', '10.0.0.1']) {
    expect((await ask('GET', '/', { cookie, host })).status).toBe(403)
    expect((await ask('GET', `/?token=${TOKEN}`, { host })).status).toBe(403)
  }
})

test('a POST from another site is refused, and one that is not JSON', async () => {
  const body = '{"text":"create myapp"}'
  const before = journal.list().length
  const refused = [
    { ...ownPost(), origin: 'https://evil.example' },
    { ...ownPost(), origin: 'http://myapp.localhost:7781' },
    { ...ownPost(), origin: 'null' },
    { ...ownPost(), 'sec-fetch-site': 'cross-site' },
    { cookie, 'content-type': 'application/json' },
  ]
  for (const headers of refused) expect((await ask('POST', '/input', headers, body)).status).toBe(403)
  expect((await ask('POST', '/input', { ...ownPost(), 'content-type': 'text/plain' }, body)).status).toBe(415)
  expect(journal.list()).toHaveLength(before)
})

test('a line from the page itself runs, and an identity that is not of the page does not', async () => {
  const reply = await ask('POST', '/input', ownPost(), '{"text":"/sandbox create myapp"}')
  expect([reply.status, reply.text]).toEqual([200, '{"accepted":true}'])
  await expect.poll(() => journal.list().at(-1)).toMatchObject({ place: CHANNEL, message: card })
  expect((await ask('POST', '/input', ownPost(), '{"identity":"grace","text":"list"}')).status).toBe(403)
  expect((await ask('POST', '/input', ownPost(), 'nonsense')).status).toBe(400)
})

test('it does not listen beyond loopback', () => {
  const context = { router, menu: [], journal, people, banner: '' }
  expect(() => new PageServer({ host: '0.0.0.0', port: 0, token: TOKEN }, context)).toThrow('loopback')
})
