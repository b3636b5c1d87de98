import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Play } from './play.js'

/** All that Sandpiper keeps and all that stands beside it, so that two moments can be compared to the byte. */
export async function picture({ outside, engine }: Play) {
  const instances = [...(await outside.instances())].sort((a, b) => a.name.localeCompare(b.name))
  return { caddy: await outside.caddy(), instances, pipes: folderPicture(engine.pipesFolder) }
}

/** Every entry below a folder: kind, mode, owner and content. */
function folderPicture(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(entries.map((entry) => [entry, entryPicture(join(folder, entry))]))
}

function entryPicture(path: string): string {
  const stat = lstatSync(path)
  const mark = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`
  return `${mark} ${contentOf(path, stat)}`
}

function contentOf(path: string, stat: Stats): string {
  if (stat.isDirectory()) return 'a folder'
  return stat.isFile() ? readFileSync(path, 'utf8') : 'something else'
}
