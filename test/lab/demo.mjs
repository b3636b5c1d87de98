// `npm run lab:demo`: the service on the lab's real Incus and Caddy, until Ctrl-C.
import { execa } from 'execa'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const here = import.meta.dirname
const program = join(here, '../../bin/sandpiper.js')
const { stdout } = await execa('bash', [join(here, 'up.sh')], { stderr: 'inherit' })
const folder = /^.*up: (.*)\/lab\.json says/m.exec(stdout)?.[1]
if (folder === undefined) throw new Error(`up.sh did not say where the lab is:\n${stdout}`)
const lab = JSON.parse(await readFile(join(folder, 'lab.json'), 'utf8'))

const state = join(folder, 'demo')
await mkdir(join(state, 'pipes'), { recursive: true, mode: 0o700 })
const file = join(state, 'config.toml')
const text = JSON.stringify
await writeFile(
  file,
  `[service]
state_folder = ${text(state)}
control_socket = ${text(join(state, 'control', 'socket'))}
[domains]
base = "box.localhost"
[incus]
socket = ${text(lab.incusSocket)}
network = ${text(lab.network.name)}
storage_pool = ${text(lab.pools.btrfs)}
acl = ""
pins = [${text(lab.network.pins.from)}, ${text(lab.network.pins.to)}]
[caddy]
admin = ${text(lab.caddy.admin)}
listen = [${text(lab.caddy.https)}]
tls = "internal"
[sshpiper]
pipes_folder = ${text(join(state, 'pipes'))}
[console]
page = true
[[templates]]
name = "debian"
image = ${text(lab.images.system)}
agent = "own"
[[templates]]
name = "exeuntu"
image = ${text(lab.images.oci.alias)}
server = ${text(lab.images.oci.server)}
protocol = "oci"
agent = "own"
`,
)
const service = execa(process.execPath, [program, 'serve', '--config', file], { stdio: 'inherit', reject: false })
console.log(`Sandpiper runs on the lab's Incus and Caddy: what it makes is real.

  From here   npx sandpiper say --config ${file} create myapp
  Then        curl -k https://myapp.box.localhost:7443/
`)
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => service.kill(signal))
process.exitCode = (await service).exitCode
