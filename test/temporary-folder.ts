import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Its own for the test that runs, and gone after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandpiper-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
