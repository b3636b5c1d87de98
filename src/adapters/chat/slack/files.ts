import type { Block, PlatformMessage } from '../../../bot/message.js'
import { harmless } from '../../../bot/plain-text.js'
import { InfraError } from '../../../core/errors.js'
import { cut } from './limits.js'
import type { Web } from './web.js'

const NAME = 200
const UPLOAD_MS = 30_000

interface SentFile {
  readonly id: string
  readonly title: string
}

export function hasFiles({ blocks }: PlatformMessage): boolean {
  return blocks.some(isFile)
}

/** Brings the bytes to Slack; nobody sees them before `showFiles`. */
export async function bringFiles(web: Web, message: PlatformMessage): Promise<readonly SentFile[]> {
  const sent: SentFile[] = []
  for (const block of message.blocks.filter(isFile)) {
    // Slack takes no empty file.
    const bytes = Buffer.from(block.base64 === '' ? '\n' : block.base64, block.base64 === '' ? 'utf8' : 'base64')
    const title = block.block === 'file' ? nameOf(block.name, 'file.txt') : nameOf(`${block.alt}.png`, 'picture.png')
    sent.push({ id: await bring(web, title, bytes), title })
  }
  return sent
}

export async function showFiles(
  web: Web,
  files: readonly SentFile[],
  channel: string,
  thread: string | null,
): Promise<void> {
  const [first, ...rest] = files
  if (first === undefined) return
  await web.call('files.completeUploadExternal', '', (client) =>
    client.files.completeUploadExternal(
      thread === null
        ? { files: [first, ...rest], channel_id: channel }
        : { files: [first, ...rest], channel_id: channel, thread_ts: thread },
    ),
  )
}

async function bring(web: Web, filename: string, bytes: Buffer): Promise<string> {
  const { upload_url: url = '', file_id: id = '' } = await web.call('files.getUploadURLExternal', '', (client) =>
    client.files.getUploadURLExternal({ filename, length: bytes.length }),
  )
  await upload(url, bytes)
  return id
}

async function upload(url: string, bytes: Buffer): Promise<void> {
  try {
    const body = new Uint8Array(bytes)
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(UPLOAD_MS),
    })
    if (!response.ok) throw new Error(`refused with ${response.status}`)
  } catch (error) {
    throw new InfraError('chat', 'later', 'a file could not be uploaded', { cause: error })
  }
}

function isFile(block: Block<unknown>): block is Extract<Block<unknown>, { block: 'file' | 'image' }> {
  return block.block === 'file' || block.block === 'image'
}

function nameOf(name: string, otherwise: string): string {
  const words = cut(harmless(name).replaceAll(/[\\/]/g, '-').trim(), NAME)
  return words === '' || words === '.png' ? otherwise : words
}
