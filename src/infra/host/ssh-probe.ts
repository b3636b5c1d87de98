import { connect, type Socket } from 'node:net'

/** Tries begin this often: one that hangs in ARP or TCP retries must not hold up the next. */
const EVERY_MS = 40
/** One that is connected is given up after this long. */
const TRY_MS = 2_000
/** Tries that hang, at most. All that connect in the end count against us: sshd shuts out who asks and does not log in. */
const HANGING = 3

/** Sees sshd's banner (`SSH-2.0-…`) by overlapping tries. */
export class BannerProbe {
  /** True at the first banner; false when `signal` ends it. */
  async answers(address: string, port: number, signal: AbortSignal): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const open = new Set<Socket>()
      const end = (seen: boolean): void => {
        clearInterval(timer)
        signal.removeEventListener('abort', giveUp)
        for (const socket of open) socket.destroy()
        resolve(seen)
      }
      const giveUp = (): void => end(false)
      const attempt = (): void => {
        if ([...open].some((socket) => !socket.connecting)) return
        const [oldest] = open
        if (open.size === HANGING) oldest?.destroy()
        const socket = seesBanner(address, port, () => end(true))
        open.add(socket)
        socket.on('close', () => open.delete(socket))
      }
      const timer = setInterval(attempt, EVERY_MS)
      signal.addEventListener('abort', giveUp)
      if (signal.aborted) giveUp()
      else attempt()
    })
  }
}

function seesBanner(address: string, port: number, seen: () => void): Socket {
  const socket = connect({ host: address, port, timeout: TRY_MS })
  socket.on('error', () => socket.destroy())
  socket.on('timeout', () => socket.destroy())
  socket.once('data', (data) => {
    socket.destroy()
    if (data.toString('latin1').startsWith('SSH-')) seen()
  })
  return socket
}
