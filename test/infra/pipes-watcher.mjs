/**
 * Looks at the pipes folder without a pause, by the plugin's own steps, and at every file in it. It says what it saw
 * that may not be, and how often it looked.
 */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [root] = process.argv.slice(2)
const faults = new Set()
const counts = { looks: 0, pipes: 0, withKey: 0 }

function orGone(look) {
  try {
    return look()
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
    throw error
  }
}

/** SSHPiper asks for these one after the other, each by its path. */
function asThePlugin(name) {
  if (orGone(() => readFileSync(join(root, name, 'sshpiper_upstream'))) === null) return
  counts.pipes += 1
  const asksForKey = existsSync(join(root, name, 'authorized_keys')) && existsSync(join(root, name, 'id_rsa'))
  if (asksForKey) counts.withKey += 1
  else if (existsSync(join(root, name, 'id_rsa'))) faults.add('any password opens a pipe')
}

function closely(folder) {
  const files = orGone(() => readdirSync(folder))
  if (files === null) return
  if (files.includes('id_rsa') && !files.includes('authorized_keys')) faults.add('a key without authorized_keys')
  for (const path of [folder, ...files.map((file) => join(folder, file))]) {
    const stat = orGone(() => lstatSync(path))
    if (stat !== null && (stat.mode & 0o077) !== 0) faults.add(`others may look into ${path.slice(root.length)}`)
  }
}

let isOver = false
process.on('message', () => (isOver = true))
process.on('disconnect', () => process.exit())
process.send('up')
while (!isOver) {
  for (const name of orGone(() => readdirSync(root)) ?? []) {
    counts.looks += 1
    if (!name.startsWith('.')) asThePlugin(name)
    closely(join(root, name))
  }
  await new Promise((resolve) => setImmediate(resolve))
}
process.send({ faults: [...faults], counts })
process.disconnect()
