import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { BannerProbe } from '../../src/infra/host/ssh-probe.js'

let server: Server | undefined
afterEach(() => server?.close())

async function says(text: string): Promise<number> {
  server = createServer((socket) => socket.end(text))
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

describe('the SSH probe', () => {
  it('sees a banner', async () => {
    const port = await says('SSH-2.0-OpenSSH_10.0\r\n')
    expect(await new BannerProbe().answers('127.0.0.1', port, AbortSignal.timeout(5_000))).toBe(true)
  })

  it('takes nothing else for one, and ends when told', async () => {
    const port = await says('HTTP/1.1 400 Bad Request\r\n\r\n')
    expect(await new BannerProbe().answers('127.0.0.1', port, AbortSignal.timeout(200))).toBe(false)
    expect(await new BannerProbe().answers('127.0.0.1', port, AbortSignal.abort())).toBe(false)
  })

  it('waits at one connection for a slow banner: sshd shuts out who asks often and does not log in', async () => {
    let connections = 0
    server = createServer((socket) => {
      connections += 1
      setTimeout(() => socket.end('SSH-2.0-OpenSSH_10.0\r\n'), 300)
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await new BannerProbe().answers('127.0.0.1', port, AbortSignal.timeout(5_000))).toBe(true)
    expect(connections).toBe(1)
  })
})
