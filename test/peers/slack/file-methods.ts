import { contentOf } from './content.js'
import type { Methods } from './method.js'
import { Refused } from './refused.js'
import { BOT_USER, type StoredFile } from './workspace.js'

/** Files in three steps: an address for the bytes, the bytes (a plain POST), and where they are to be shown. */
export const fileMethods: Methods<'files.getUploadURLExternal' | 'files.completeUploadExternal'> = {
  'files.getUploadURLExternal': {
    scope: 'files:write',
    run(given, { workspace, origin }) {
      if (given.filename === '') throw new Refused('invalid_arguments')
      if (!(given.length > 0)) throw new Refused('invalid_arguments')
      const id = workspace.newId('F')
      workspace.uploads.set(id, { id, name: given.filename, bytes: null, length: given.length })
      return { upload_url: `${origin()}/upload/${id}`, file_id: id }
    },
  },
  'files.completeUploadExternal': {
    scope: 'files:write',
    run(given, { workspace }) {
      const files = given.files.map(({ id, title }): StoredFile => {
        const upload = workspace.uploads.get(id)
        if (upload === undefined || upload.bytes === null) throw new Refused('file_not_found')
        return { id, name: upload.name, title: title ?? upload.name, bytes: upload.bytes }
      })
      const answer = { files: files.map(({ id, title }) => ({ id, title })) }
      if (given.channel_id === undefined) return answer
      const channel = workspace.channelForBot(given.channel_id)
      const { initial_comment: text, blocks } = given
      workspace.post({
        ...(text === undefined && blocks === undefined
          ? { text: '', blocks: [], pings: [] }
          : contentOf({ text, blocks })),
        channel: channel.id,
        threadTs: given.thread_ts ?? null,
        author: BOT_USER,
        only: null,
        files,
        unfurls: false,
      })
      for (const { id } of files) workspace.uploads.delete(id)
      return answer
    },
  },
}
