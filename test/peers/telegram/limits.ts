import type { BotCommand, InlineKeyboardMarkup } from '@grammyjs/types'
import { formatted, isEmpty } from './formatted.js'
import { isLink, type Formatted } from './html.js'
import { badRequest, Refusal } from './refusal.js'
import { checkShape, textAt, type Method, type Parameters } from './schemas.js'

const MOST_TEXT = 4096
const MOST_CAPTION = 1024
const MOST_CALLBACK_BYTES = 64
const MOST_ANSWER = 200
const MOST_BUTTONS = 100
const MOST_BUTTONS_IN_A_ROW = 8
const MOST_COMMANDS = 100
const MOST_PHOTO_BYTES = 10 * 2 ** 20
const MOST_FILE_BYTES = 50 * 2 ** 20

/** What a call is refused for, whatever the state of the world: its shape, and the written limits. */
export function checkCall(method: Method, parameters: Parameters): void {
  checkShape(method, parameters)
  if (method === 'sendMessage' || method === 'editMessageText') textOf(parameters)
  if (method === 'sendDocument' || method === 'sendPhoto') captionOf(parameters)
  if (method === 'answerCallbackQuery') checkAnswer(parameters)
  if (method === 'setMyCommands') checkCommands(parameters['commands'] as readonly BotCommand[])
  if (method === 'setWebhook') checkWebhook(parameters)
  if (isKeyboard(parameters['reply_markup'])) checkKeyboard(parameters['reply_markup'])
}

export function textOf(parameters: Parameters): Formatted {
  const text = textAt(parameters, 'text')
  if (text === '') throw badRequest('message text is empty')
  const body = formatted(text, parameters['parse_mode'], MOST_TEXT, 'message is too long')
  if (isEmpty(body.text)) throw badRequest('text must be non-empty')
  return body
}

export function captionOf(parameters: Parameters): Formatted {
  return formatted(textAt(parameters, 'caption'), parameters['parse_mode'], MOST_CAPTION, 'message caption is too long')
}

export function checkFile(kind: 'document' | 'photo', bytes: Uint8Array): void {
  if (bytes.length === 0) throw badRequest('file must be non-empty')
  if (bytes.length > MOST_FILE_BYTES) throw new Refusal(413, 'Request Entity Too Large')
  if (kind === 'document') return
  if (bytes.length > MOST_PHOTO_BYTES) throw badRequest(`file of size ${bytes.length} bytes is too big for a photo`)
  const view = Buffer.from(bytes)
  const isPng = view.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))
  const isJpeg = view.subarray(0, 2).equals(Buffer.from('ffd8', 'hex'))
  if (!isPng && !isJpeg) throw badRequest('IMAGE_PROCESS_FAILED')
  const [width, height] = isPng ? [view.readUInt32BE(16), view.readUInt32BE(20)] : [1, 1]
  const ratio = Math.max(width / height, height / width)
  if (width + height > 10_000 || ratio > 20) throw badRequest('PHOTO_INVALID_DIMENSIONS')
}

export function isKeyboard(markup: unknown): markup is InlineKeyboardMarkup {
  return typeof markup === 'object' && markup !== null && 'inline_keyboard' in markup
}

function checkKeyboard({ inline_keyboard }: InlineKeyboardMarkup): void {
  const buttons = inline_keyboard.flat()
  if (buttons.length > MOST_BUTTONS || inline_keyboard.some((row) => row.length > MOST_BUTTONS_IN_A_ROW))
    throw badRequest('reply markup is too long')
  for (const button of buttons) {
    if (isEmpty(button.text)) throw badRequest('inline keyboard button text must be non-empty')
    if ('callback_data' in button) checkCallbackData(button.callback_data)
    if ('url' in button && !isLink(button.url))
      throw badRequest(`inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`)
  }
}

function checkCallbackData(data: string): void {
  const bytes = Buffer.byteLength(data)
  if (bytes < 1 || bytes > MOST_CALLBACK_BYTES) throw badRequest('BUTTON_DATA_INVALID')
}

function checkAnswer({ text, url }: Parameters): void {
  if (typeof text === 'string' && text.length > MOST_ANSWER) throw badRequest('MESSAGE_TOO_LONG')
  if (typeof url === 'string' && !/^https:\/\/t\.me\/\w+\?start=[\w-]{1,64}$/.test(url)) throw badRequest('URL_INVALID')
}

function checkCommands(commands: readonly BotCommand[]): void {
  if (commands.length > MOST_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH')
  for (const { command, description } of commands) {
    if (command.length > 32) throw badRequest('command length must not exceed 32')
    if (!/^[a-z0-9_]+$/.test(command)) throw badRequest('BOT_COMMAND_INVALID')
    if (description.trim() === '') throw badRequest('command description must be non-empty')
    if (description.length > 256) throw badRequest('command description length must not exceed 256')
  }
}

function checkWebhook(parameters: Parameters): void {
  const [url, secret] = [textAt(parameters, 'url'), textAt(parameters, 'secret_token')]
  if (url !== '' && !/^https:\/\/[^/]+\.[^/]+/.test(url))
    throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  const port = url === '' ? '' : new URL(url).port
  if (!['', '80', '88', '443', '8443'].includes(port))
    throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443')
  if (secret.length > 256) throw badRequest('secret token is too long')
  if (!/^[\w-]*$/.test(secret)) throw badRequest('secret token contains unallowed characters')
}
