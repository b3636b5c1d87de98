import type { Block } from '../../../bot/message.js'
import { limits } from './limits.js'

/** What goes along with a message, and is shown by the component that names it. */
export interface Upload {
  readonly name: string
  readonly data: Buffer
}

/** Null where it is larger than what every server takes. */
export function fileOf({ name, base64 }: Extract<Block, { block: 'file' }>, index: number): Upload | null {
  const safe = name
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(-80)
  return upload(safe === '' ? `file-${index + 1}` : index === 0 ? safe : `${index + 1}-${safe}`, base64)
}

export function imageOf({ base64 }: Extract<Block, { block: 'image' }>, index: number): Upload | null {
  return upload(`image-${index + 1}.png`, base64)
}

function upload(name: string, base64: string): Upload | null {
  const data = Buffer.from(base64, 'base64')
  return data.length > limits.attachment ? null : { name, data }
}
