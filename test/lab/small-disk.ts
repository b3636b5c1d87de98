import { execa } from 'execa'
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { vi } from 'vitest'

const BLOCK = Buffer.alloc(4096)

/** A disk of a few megabytes, mounted where it is asked for: root ignores modes, but no disk ignores its end. */
export class SmallDisk {
  private readonly folder = mkdtempSync(join(tmpdir(), 'disk-'))
  private readonly image = join(this.folder, 'image')
  private readonly filler: string

  constructor(private readonly at: string) {
    this.filler = join(at, 'filler')
  }

  async make(): Promise<void> {
    writeFileSync(this.image, '')
    await execa('truncate', ['--size=16M', this.image])
    await execa('mkfs.ext4', ['-q', '-m', '0', this.image])
    mkdirSync(this.at, { recursive: true, mode: 0o700 })
    await this.mount()
  }

  /** To the last byte. */
  fill(): void {
    const file = openSync(this.filler, 'a')
    try {
      for (;;) writeSync(file, BLOCK)
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') throw error
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
  }

  empty(): void {
    rmSync(this.filler)
  }

  /** As after a fault of the disk: the kernel makes it read-only under whoever writes. */
  async fail(): Promise<void> {
    const { stdout } = await execa('findmnt', ['--noheadings', '--output', 'SOURCE', this.at])
    writeFileSync(join('/sys/fs/ext4', basename(stdout), 'trigger_fs_error'), '1')
  }

  /** What an operator does then. Waits until nobody has a file open on it. */
  async repair(): Promise<void> {
    await vi.waitFor(() => execa('umount', [this.at]), { timeout: 10_000, interval: 20 })
    // 1: errors were corrected.
    const { exitCode } = await execa('e2fsck', ['-f', '-y', this.image], { reject: false })
    if (exitCode !== 0 && exitCode !== 1) throw new Error(`e2fsck ended with ${String(exitCode)}`)
    await this.mount()
  }

  async remove(): Promise<void> {
    await execa('umount', [this.at], { reject: false })
    rmSync(this.folder, { recursive: true })
  }

  private async mount(): Promise<void> {
    await execa('mount', ['-o', 'loop,errors=remount-ro', this.image, this.at])
    rmSync(join(this.at, 'lost+found'), { recursive: true, force: true })
  }
}
