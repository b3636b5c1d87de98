import { contentOf, hasBlocks } from './content.js'
import type { Methods } from './method.js'
import { Refused } from './refused.js'
import { BOT_ID, BOT_USER, type Posted, type Workspace } from './workspace.js'

export const chatMethods: Methods<'chat.postMessage' | 'chat.postEphemeral' | 'chat.update' | 'chat.delete'> = {
  'chat.postMessage': {
    scope: 'chat:write',
    run(given, { workspace }) {
      const channel = workspace.openForBot(addressed(workspace, given.channel))
      const threadTs = given.thread_ts ?? null
      if (threadTs !== null) needThread(workspace, channel.id, threadTs)
      const posted = workspace.post({
        ...contentOf(given),
        channel: channel.id,
        threadTs,
        author: BOT_USER,
        only: null,
        unfurls: given.unfurl_links !== false || given.unfurl_media !== false,
      })
      return { channel: channel.id, ts: posted.ts, message: messageJson(posted) }
    },
  },
  'chat.postEphemeral': {
    scope: 'chat:write',
    run(given, { workspace }) {
      const channel = workspace.channelForBot(given.channel)
      if (!channel.members.has(given.user)) throw new Refused('user_not_in_channel')
      const posted = workspace.post({
        ...contentOf(given),
        channel: channel.id,
        threadTs: given.thread_ts ?? null,
        author: BOT_USER,
        only: given.user,
        unfurls: false,
      })
      return { message_ts: posted.ts }
    },
  },
  'chat.update': {
    scope: 'chat:write',
    run(given, { workspace }) {
      const channel = workspace.channelForBot(given.channel)
      const message = ofTheBot(workspace.message(channel.id, given.ts), 'cant_update_message')
      // Unlike its sisters it reads names, unless told not to.
      const content = contentOf(given, 'full')
      // Without `blocks` those of before stay; an empty list takes them away.
      workspace.change(message, { ...content, blocks: hasBlocks(given) ? content.blocks : message.blocks })
      return { channel: channel.id, ts: message.ts, text: message.text, message: messageJson(message) }
    },
  },
  'chat.delete': {
    scope: 'chat:write',
    run(given, { workspace }) {
      const channel = workspace.channelForBot(given.channel)
      const message = ofTheBot(workspace.message(channel.id, given.ts), 'cant_delete_message')
      message.isDeleted = true
      return { channel: channel.id, ts: message.ts }
    },
  },
}

/** A user's id in place of a channel's means the direct message with them. */
function addressed(workspace: Workspace, channel: string): string {
  const user = workspace.users.get(channel)
  if (user === undefined) return channel
  return workspace.direct(user.id).id
}

function needThread(workspace: Workspace, channel: string, ts: string): void {
  const isThere = workspace.posted.some((one) => one.channel === channel && one.ts === ts && !one.isDeleted)
  if (!isThere) throw new Refused('thread_not_found')
}

function ofTheBot(message: Posted, code: string): Posted {
  if (message.author !== BOT_USER) throw new Refused(code)
  return message
}

export function messageJson({ ts, text, blocks, threadTs, author }: Posted): Readonly<Record<string, unknown>> {
  const thread = threadTs === null ? {} : { thread_ts: threadTs }
  return { type: 'message', user: author, bot_id: BOT_ID, ts, text, blocks, ...thread }
}
