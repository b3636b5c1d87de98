import { createRequire } from 'node:module'
import type Database from 'better-sqlite3'

const load = createRequire(import.meta.url)
const major = Number(process.versions.node.split('.')[0])

/**
 * The one that this Node can live with (docs/adr/0017). Everything in a process opens files through it: two copies of
 * SQLite let go of each other's locks.
 */
export const Sqlite = (major < 22 ? load('better-sqlite3') : load('better-sqlite3-napi')) as typeof Database
