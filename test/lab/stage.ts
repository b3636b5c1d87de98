import { labHost } from '../bench/lab-host.js'
import type { TestHost } from '../scenario/engine.js'
import type { Stage } from '../scenario/stage.js'
import { TestDns } from '../scenario/test-dns.js'
import { rawCaddy, restartCaddy } from './caddy.js'
import { labUp, type Lab } from './lab.js'
import { sweep } from './sweep.js'

/** The lab, swept before and after: what a test that died has left is in nobody's way. */
export async function labStage(change: (lab: Lab) => Partial<TestHost> = () => ({})): Promise<Stage> {
  const lab = await labUp()
  const clean = async (): Promise<void> => {
    await sweep(lab)
    await rawCaddy(lab, 'POST', '/config/', null)
  }
  await clean()
  const usual = labHost(lab)
  const { dns, resolver } = await TestDns.start(usual.base)
  return {
    host: { ...usual, resolver, ...change(lab) },
    dns,
    isReal: true,
    loseCaddy: () => restartCaddy(lab, { resume: false }),
    close: async () => {
      await dns.stop()
      await clean()
    },
  }
}
