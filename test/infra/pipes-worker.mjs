/**
 * Creates, changes and deletes pipes, from the round that it is given on, as a daemon does that starts after a death:
 * what its forerunner left is swept first. It says each round that it begins; a crowd of pipes is there all the time.
 */
import { FileKeyring } from '../../dist/infra/sshpiper/keyring.js'
import { makeKeyPair } from '../../dist/infra/sshpiper/openssh-key.js'
import { WorkingdirPipes } from '../../dist/infra/sshpiper/pipes.js'

const [root, keysFolder, from, to] = process.argv.slice(2)
const keyring = new FileKeyring(keysFolder)
const pipes = new WorkingdirPipes(root, keyring)
const NAMES = 8

process.on('disconnect', () => process.exit())
await pipes.sweep()
for (let round = Number(from); round < Number(to); round += 1) {
  process.send(round)
  const sandbox = `sb${round % NAMES}`
  const name = `app${round % NAMES}`
  const { mapping, host } = await keyring.ensure(sandbox)
  const wanted = (...authorizedKeys) => ({
    name,
    sandbox,
    address: '10.88.0.10',
    port: 22,
    authorizedKeys,
    hostKeys: [host],
    mappingKey: mapping,
  })
  const key = () => makeKeyPair().publicLine
  await pipes.apply({ kind: 'pipe.write', wanted: wanted(key()), reason: 'missing' })
  await pipes.apply({ kind: 'pipe.write', wanted: wanted(key(), key()), reason: 'lets in other keys' })
  // Some stay until their name comes again.
  if (round % 3 !== 0) await pipes.apply({ kind: 'pipe.remove', name, sandbox, reason: 'the sandbox is deleted' })
}
process.send('done')
process.disconnect()
