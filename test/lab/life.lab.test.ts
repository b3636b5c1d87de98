import { readFileSync } from 'node:fs'
import { lifeOfASandbox } from '../scenario/life.js'
import { labStage } from './stage.js'

lifeOfASandbox('lab: system image on btrfs', () => labStage())

lifeOfASandbox('lab: OCI image from the registry', () => labStage(({ images }) => ({ image: images.oci })))

lifeOfASandbox('lab: system image on dir, Incus over HTTPS with a client certificate', () =>
  labStage(({ incusHttps: { url, ...files }, pools }) => {
    const read = (file: string): string => readFileSync(file, 'utf8')
    const incus = { url, cert: read(files.cert), key: read(files.key), serverCert: read(files.serverCert) }
    return { incus, pool: pools.dir }
  }),
)
