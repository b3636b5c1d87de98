import { setMaxListeners } from 'node:events'
import { connect } from 'node:net'

/** Tries begin this often: one that hangs in ARP or TCP retries must not hold up the next. */
const EVERY_MS = 40
/** A single try is given up after this long. */
const TRY_MS = 2_000

/** Sees sshd's banner (`SSH-2.0-…`) by overlapping tries. */
export class BannerProbe {
  /** True at the first banner; false when `signal` ends it. */
  async answers(address: string, port: number, signal: AbortSignal): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const ended = new AbortController()
      // One listener a try that is still open: some fifty at most, by the two limits above.
      setMaxListeners(0, ended.signal)
      const end = (seen: boolean): void => {
        if (ended.signal.aborted) return
        ended.abort()
        clearInterval(timer)
        signal.removeEventListener('abort', giveUp)
        resolve(seen)
      }
      const giveUp = (): void => end(false)
      const attempt = (): void => seesBanner(address, port, ended.signal, () => end(true))
      const timer = setInterval(attempt, EVERY_MS)
      signal.addEventListener('abort', giveUp)
      if (signal.aborted) giveUp()
      else attempt()
    })
  }
}

function seesBanner(address: string, port: number, signal: AbortSignal, seen: () => void): void {
  const socket = connect({ host: address, port, timeout: TRY_MS, signal })
  socket.on('error', () => socket.destroy())
  socket.on('timeout', () => socket.destroy())
  socket.once('data', (data) => {
    socket.destroy()
    if (data.toString('latin1').startsWith('SSH-')) seen()
  })
}
