import type { IncomingMessage } from 'node:http'
import { refused } from './refusal.js'
import type { Upload } from './world.js'

const MOST_BYTES = 25 * 1024 * 1024

export interface ApiRequest {
  readonly method: string
  /** Below `/api/v10`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly authorization: string | null
  readonly body: unknown
  readonly uploads: readonly Upload[]
}

/** JSON, or a form with `payload_json` and `files[n]`. */
export async function readRequest(request: IncomingMessage): Promise<ApiRequest> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const bytes = await readBytes(request)
  const type = request.headers['content-type'] ?? ''
  const form = type.startsWith('multipart/form-data') ? await readForm(bytes, type) : null
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(url.pathname).replace(/^\/api\/v10(?=\/)/, ''),
    query: url.searchParams,
    authorization: request.headers.authorization ?? null,
    body: form === null ? readJson(bytes.toString('utf8')) : form.body,
    uploads: form?.uploads ?? [],
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > MOST_BYTES) throw refused(40005)
  }
  return Buffer.concat(chunks)
}

async function readForm(bytes: Buffer, type: string): Promise<Pick<ApiRequest, 'body' | 'uploads'>> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  const json = form.get('payload_json')
  const uploads: Upload[] = []
  for (const [key, value] of form.entries()) {
    if (typeof value === 'string' || !/^files\[\d+\]$/.test(key)) continue
    uploads[Number(/\d+/.exec(key)?.[0])] = { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) }
  }
  return { body: typeof json === 'string' ? readJson(json) : {}, uploads }
}

function readJson(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw refused(50109)
  }
}
