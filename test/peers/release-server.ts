import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Fault =
  | 'none'
  /** What is downloaded is not what the checksum is of. */
  | 'wrong checksum'
  /** The connection ends in the middle of the build. */
  | 'truncated'
  /** As above, and the length says nothing of it. */
  | 'truncated, chunked'
  | 'no checksums'
  | 'hangs'
  | 'hangs in the build'
  | 'error'
  | 'not JSON'
  /** A part of some other file system in place of a version. */
  | 'evil tag'

/** A publisher's server: `release.json`, checksums and builds, which are behind a redirect as GitHub's are. */
export class ReleaseServer {
  fault: Fault = 'none'
  /** What was asked for, in order. */
  readonly requests: string[] = []
  private readonly builds = new Map<string, Readonly<Record<string, Buffer>>>()
  private newest = ''
  private server: Server | null = null
  private port = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}/release.json`
  }

  /** By architecture; the newest release is from now on this one. */
  publish(tag: string, builds: Readonly<Record<string, string>>): void {
    this.newest = tag
    this.builds.set(tag, Object.fromEntries(Object.entries(builds).map(([arch, text]) => [arch, Buffer.from(text)])))
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => this.answer(request, response))
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as AddressInfo).port
    this.server = server
    return this
  }

  /** Nobody listens there any more; `start` brings it back on the same port. */
  async stop(): Promise<void> {
    const { server } = this
    this.server = null
    if (server === null) return
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  /** Downloads of whole builds. */
  get downloads(): number {
    return this.requests.filter((path) => path.startsWith('/objects/')).length
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? ''
    this.requests.push(path)
    if (request.method !== 'GET') return void response.writeHead(405).end()
    if (this.fault === 'hangs') return
    if (this.fault === 'error') return void response.writeHead(503).end('try again later')
    if (path === '/release.json') return void response.end(this.description())
    const [, kind, tag = '', name = ''] = path.split('/')
    const builds = this.builds.get(tag)
    if (builds === undefined) return void response.writeHead(404).end('Not Found')
    if (kind === 'download' && name === 'checksums.txt') return void response.end(this.checksums(builds))
    const build = builds[name.replace('shelley_linux_', '')]
    if (build === undefined) return void response.writeHead(404).end('Not Found')
    if (kind === 'download') return void response.writeHead(302, { location: `/objects/${tag}/${name}` }).end()
    if (kind === 'objects') return this.send(build, response)
    response.writeHead(404).end('Not Found')
  }

  private send(build: Buffer, response: ServerResponse): void {
    const half = build.subarray(0, build.length / 2)
    switch (this.fault) {
      case 'wrong checksum':
        return void response.end(Buffer.concat([build, Buffer.from('#')]))
      case 'truncated':
        response.writeHead(200, { 'content-length': build.length })
        return void response.write(half, () => response.destroy())
      case 'truncated, chunked':
        return void response.end(half)
      case 'hangs in the build':
        response.writeHead(200, { 'content-length': build.length })
        return void response.write(half)
      default:
        response.writeHead(200, { 'content-length': build.length }).end(build)
    }
  }

  private description(): string {
    if (this.fault === 'not JSON') return '<!doctype html>'
    const tag = this.fault === 'evil tag' ? '../../../etc/passwd' : this.newest
    const base = `http://127.0.0.1:${this.port}/download/${this.newest}`
    const names = Object.keys(this.builds.get(this.newest) ?? {})
    const urls = ['darwin_arm64', ...names.map((name) => `linux_${name}`)]
    return JSON.stringify({
      tag_name: tag,
      version: this.newest.replace(/^v/, ''),
      commit: '0123456',
      published_at: '2026-08-20T21:23:38Z',
      download_urls: Object.fromEntries(urls.map((name) => [name, `${base}/shelley_${name}`])),
      checksums_url: `${base}/checksums.txt`,
    })
  }

  private checksums(builds: Readonly<Record<string, Buffer>>): string {
    if (this.fault === 'no checksums') return ''
    return Object.entries(builds)
      .map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  shelley_linux_${name}\n`)
      .join('')
  }
}
