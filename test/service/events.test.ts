import { expect, it, onTestFinished, vi } from 'vitest'
import { TestService } from './service.js'

/** No tick takes the work from the events. */
const NEVER = { sync: { schedule: '0 0 29 2 *' } }

it('what happens while the events are cut off is seen when they are back', { timeout: 40_000 }, async () => {
  const service = new TestService(undefined, NEVER)
  onTestFinished(() => service.close())
  await (await service.start()).serve()
  await service.ready()
  await service.done('create blog')
  // Nothing is left that would be looked at again by itself.
  await service.done('sync repair')

  await service.incus.leave()
  await service.powerOff('blog')
  expect((await service.done('show blog')).text).toContain('● blog · running')
  await service.incus.open()
  const card = async (): Promise<string> => (await service.done('show blog')).text
  await vi.waitFor(async () => expect(await card()).toContain('○ blog · stopped'), { timeout: 20_000, interval: 100 })
})
