import type { InlineKeyboardMarkup, Message, ReplyParameters } from '@grammyjs/types'
import { captionOf, checkFile, isKeyboard, textOf } from './limits.js'
import type { PeerChat, StoredFile, StoredMessage } from './model.js'
import { messageObject } from './objects.js'
import { badRequest } from './refusal.js'
import type { Parameters } from './schemas.js'
import type { World } from './world.js'

/** Files that came with a call, by the name under which its parameters speak of them. */
export type Uploads = ReadonlyMap<string, { readonly fileName: string; readonly bytes: Uint8Array }>

const TWO_DAYS_MS = 48 * 3_600_000

export function sendMessage(world: World, parameters: Parameters): Message {
  return store(world, parameters, textOf(parameters), null)
}

export function sendFile(world: World, kind: 'document' | 'photo', parameters: Parameters, uploads: Uploads): Message {
  const source = String(parameters[kind])
  const upload = uploads.get(source.replace(/^attach:\/\//, ''))
  if (upload === undefined) throw badRequest('wrong remote file identifier specified: Wrong string length')
  checkFile(kind, upload.bytes)
  const file = { kind, name: upload.fileName, bytes: upload.bytes }
  return store(world, parameters, captionOf(parameters), file)
}

export function editText(world: World, parameters: Parameters): Message {
  const message = world.editable(parameters['chat_id'], parameters['message_id'])
  const { text, entities } = textOf(parameters)
  if (message.file !== null) throw badRequest('there is no text in the message to edit')
  return change(world, message, { text, entities, keyboard: keyboardOf(parameters) })
}

export function editKeyboard(world: World, parameters: Parameters): Message {
  const message = world.editable(parameters['chat_id'], parameters['message_id'])
  return change(world, message, { keyboard: keyboardOf(parameters) })
}

export function deleteMessage(world: World, parameters: Parameters): true {
  const chat = world.writable(parameters['chat_id'])
  const message = chat.messages.find((one) => one.id === parameters['message_id'] && !one.deleted)
  if (message === undefined) throw badRequest('message to delete not found')
  const own = message.from.id === world.bot.id || chat.kind === 'private' || chat.bot === 'administrator'
  if (!own || world.now() - message.date * 1000 > TWO_DAYS_MS) throw badRequest("message can't be deleted")
  message.deleted = true
  return true
}

function store(
  world: World,
  parameters: Parameters,
  { text, entities }: Pick<StoredMessage, 'text' | 'entities'>,
  file: StoredFile | null,
): Message {
  const chat = world.writable(parameters['chat_id'])
  const replyTo = repliedTo(chat, parameters['reply_parameters'] as ReplyParameters | undefined)
  const message: StoredMessage = {
    id: world.newId(),
    chat,
    from: world.bot,
    topic: topicOf(chat, parameters['message_thread_id']),
    date: Math.floor(world.now() / 1000),
    replyTo,
    file,
    asks: asksOf(parameters['reply_markup'], replyTo),
    text,
    entities,
    keyboard: keyboardOf(parameters),
    edits: 0,
    editedAt: null,
    deleted: false,
  }
  chat.messages.push(message)
  return messageObject(message)
}

function change(world: World, message: StoredMessage, to: Partial<StoredMessage>): Message {
  const before = JSON.stringify([message.text, message.entities, message.keyboard])
  const after = { text: message.text, entities: message.entities, keyboard: message.keyboard, ...to }
  if (JSON.stringify([after.text, after.entities, after.keyboard]) === before)
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    )
  Object.assign(message, after)
  message.edits += 1
  message.editedAt = Math.floor(world.now() / 1000)
  return messageObject(message)
}

function topicOf(chat: PeerChat, thread: unknown): number | null {
  if (thread === undefined || chat.topics === null) return null
  const topic = chat.topics.get(Number(thread))
  if (topic === undefined) throw badRequest('message thread not found')
  if (topic.closed) throw badRequest('TOPIC_CLOSED')
  return Number(thread)
}

function repliedTo(chat: PeerChat, reply: ReplyParameters | undefined): StoredMessage | null {
  if (reply === undefined) return null
  const found = chat.messages.find((one) => one.id === reply.message_id && !one.deleted)
  if (found !== undefined) return found
  if (reply.allow_sending_without_reply === true) return null
  throw badRequest('message to be replied not found')
}

/** Selective: those who are mentioned, and the sender of the message that is replied to. */
function asksOf(markup: unknown, replyTo: StoredMessage | null): StoredMessage['asks'] {
  if (typeof markup !== 'object' || markup === null || !('force_reply' in markup)) return null
  const selective = 'selective' in markup && markup.selective === true
  return { only: selective ? (replyTo === null ? [] : [replyTo.from.id]) : 'all' }
}

function keyboardOf({ reply_markup }: Parameters): InlineKeyboardMarkup | null {
  return isKeyboard(reply_markup) && reply_markup.inline_keyboard.flat().length > 0 ? reply_markup : null
}
