import { describe, expect, it } from 'vitest'
import { changePort } from '../../src/core/operations/port.js'
import { restartSandbox } from '../../src/core/operations/power.js'
import { OpenSocket } from './open-socket.js'
import { playOf } from './play.js'
import type { Stage } from './stage.js'

/** With a delay so short that a test can outlast it. */
export function shortStreamCloseDelay(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: WebSockets with a stream_close_delay of a second`, () => {
    const the = playOf(open, { streamCloseDelay: '1s' })

    it('stay open for longer than that while nothing of Caddy changes', async () => {
      const { engine, stage } = the()
      for (const name of ['steady', 'other']) await the().create(name)
      const socket = await OpenSocket.to(stage.host, the().host('steady'))
      const end = Date.now() + 3_000
      while (Date.now() < end) {
        expect((await engine.loop.pass({ apply: true })).lines).toEqual([])
        await engine.ask((context) => restartSandbox(context, { sandbox: 'other' }))
        expect(await socket.echo('still here')).toBe('still here')
      }
      socket.close()
    })

    it('close that long after a change: they outlive it only by the delay', async ({ skip }) => {
      const { engine, stage } = the()
      skip(!stage.isReal, 'the simulated Caddy closes none')
      const socket = await OpenSocket.to(stage.host, the().host('steady'))
      await engine.ask((context) => changePort(context, { sandbox: 'other', port: '8001' }))
      expect(await socket.echo('still here')).toBe('still here')
      expect(await socket.closed).toBe(1001)
    })
  })
}
