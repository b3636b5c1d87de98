import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { InfraError, UserError } from '../../src/core/errors.js'
import { HttpKeySource } from '../../src/infra/key-source.js'

/** A local server of keys. */
async function serving(answer: RequestListener): Promise<HttpKeySource> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return new HttpKeySource({ url: `http://127.0.0.1:${port}/{name}.keys`, timeLimitMs: 500 })
}

describe('published keys', () => {
  it('are the lines of the page of that name', async () => {
    const source = await serving(({ url }, response) =>
      response.end(`# ${url}\nssh-ed25519 AAAA\r\n\n  ssh-rsa BBBB \n`),
    )
    expect(await source.keysOf('octo-cat')).toEqual(['ssh-ed25519 AAAA', 'ssh-rsa BBBB'])
  })

  it.each(['', '-a', 'a-', 'a--b', 'a/b', '../x', 'a'.repeat(40), 'a.b', 'ä'])(
    'are asked for by no other name: %j',
    async (name) => {
      const asked: unknown[] = []
      const source = await serving(({ url }, response) => {
        asked.push(url)
        response.end()
      })
      await expect(source.keysOf(name)).rejects.toThrow(UserError)
      expect(asked).toEqual([])
    },
  )

  it('of nobody are a sentence', async () => {
    const source = await serving((_, response) => response.writeHead(404).end())
    await expect(source.keysOf('nobody')).rejects.toThrow('There is no GitHub user `nobody`.')
  })

  it.each<[string, RequestListener]>([
    ['answered 503', (_, response) => response.writeHead(503).end('busy')],
    ['answered 302', (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['does not answer', () => undefined],
    ['does not answer', ({ socket }) => socket.destroy()],
    ['sent more than keys', (_, response) => response.end('x'.repeat(300_000))],
  ])('of a server that %s are not waited for', async (what, answer) => {
    const source = await serving(answer)
    const failed = await source.keysOf('ada').catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(InfraError)
    expect(failed).toMatchObject({ retry: 'later', sentence: `the server of the keys ${what}` })
  })
})
