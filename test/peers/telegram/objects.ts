import type { Chat, Message } from '@grammyjs/types'
import type { PeerChat, StoredFile, StoredMessage } from './model.js'

/** A chat as the Bot API shows it. */
export function chatObject({ id, kind, title, userName, topics }: PeerChat): Chat {
  switch (kind) {
    case 'private':
      return { id, type: 'private', first_name: title, ...(userName !== null && { username: userName }) }
    case 'group':
      return { id, type: 'group', title }
    case 'supergroup':
      return { id, type: 'supergroup', title, ...(topics !== null && { is_forum: true }) }
  }
}

/** A message as the Bot API shows it; one that is replied to does not show what it replied to itself. */
export function messageObject(message: StoredMessage, inReply = false): Message {
  const { topic, replyTo, file, text, entities, keyboard, editedAt, senderChat } = message
  const said = file === null ? { text, entities: [...entities] } : { caption: text, caption_entities: [...entities] }
  const shown = {
    message_id: message.id,
    from: message.from,
    chat: chatObject(message.chat),
    date: message.date,
    ...(senderChat && { sender_chat: senderChat }),
    ...(topic !== null && { message_thread_id: topic, is_topic_message: true }),
    ...(text !== '' && said),
    ...(file !== null && fileObject(message.id, file)),
    ...(!inReply && replyTo !== null && { reply_to_message: messageObject(replyTo, true) }),
    ...(keyboard !== null && { reply_markup: keyboard }),
    ...(editedAt !== null && { edit_date: editedAt }),
  }
  return shown as Message
}

function fileObject(id: number, { kind, name, bytes }: StoredFile): Partial<Message> {
  const common = { file_id: `file${id}`, file_unique_id: `unique${id}`, file_size: bytes.length }
  return kind === 'photo'
    ? { photo: [{ ...common, width: 1, height: 1 }] }
    : { document: { ...common, file_name: name } }
}
