import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

it('only the driver loads SQLite: two copies in one process let go of each other’s locks', () => {
  const files = ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  const loads = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /^import (?!type).*'better-sqlite3/m.test(readFileSync(join(root, file), 'utf8')))
  expect(loads).toEqual([])
})
