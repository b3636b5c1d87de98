import { chmod, mkdir, stat, unlink } from 'node:fs/promises'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'

/** Listens on a unix socket that its owner alone reaches; a socket that someone answers on is left alone. */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  await closedFolder(dirname(path))
  if (await someoneAnswers(path)) throw new Error(`Another Sandpiper already listens on ${path}.`)
  await unlinkSocket(path)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  await chmod(path, 0o600)
}

async function closedFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { mode, uid } = await stat(folder)
  if ((mode & 0o077) === 0) return
  const shared = (mode & 0o1000) !== 0 || uid !== process.getuid?.()
  if (shared) throw new Error(`The folder ${folder} is open to others; the control socket needs one of its own.`)
  await chmod(folder, 0o700)
}

function someoneAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** Removes a socket that a dead process left; anything else at that path stays, and listening fails. */
async function unlinkSocket(path: string): Promise<void> {
  const found = await stat(path).catch(() => null)
  if (found?.isSocket()) await unlink(path)
}
