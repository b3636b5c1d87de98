import { lifeOfASandbox } from '../scenario/life.js'
import { labUp } from './lab.js'
import { rawCaddy } from './caddy.js'

lifeOfASandbox('lab: real Incus and Caddy, system image on btrfs', async () => {
  const lab = await labUp()
  return {
    host: {
      incus: { socket: lab.incusSocket },
      caddy: { url: lab.caddy.admin },
      network: lab.network.name,
      pool: lab.pools.btrfs,
      image: { server: null, protocol: null, alias: lab.images.system },
      base: 'box.test',
      listen: lab.caddy.https,
      tls: 'internal',
      sshPort: 22,
      pins: [lab.network.pins.from, lab.network.pins.to],
    },
    close: async () => {
      await rawCaddy(lab, 'POST', '/config/', null)
    },
  }
})
