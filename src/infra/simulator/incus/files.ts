import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { IncusRefusal } from './reply.js'

export interface FileMark {
  readonly uid: number
  readonly gid: number
  readonly mode: string
  /** Of a symbolic link the content is where it leads. */
  readonly isLink?: true
}

export type FileEntry =
  | { readonly type: 'file' | 'symlink'; readonly content: Buffer; readonly mark: FileMark }
  | { readonly type: 'directory'; readonly entries: string[]; readonly mark: FileMark }

/** The folders that an image brings along. */
const skeleton = [
  '/etc/ssh/sshd_config.d',
  '/etc/systemd/system',
  '/etc/sudoers.d',
  '/home/exedev/.ssh',
  '/root',
  '/run',
  '/tmp',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/var/lib',
  '/var/log',
]

/** The files of all instances and snapshots: real files below one folder, owners and modes in a list beside them. */
export class Files {
  constructor(private readonly folder: string) {}

  create(root: string): void {
    this.remove(root)
    for (const path of skeleton) mkdirSync(this.real(root, path), { recursive: true })
  }

  copy(from: string, to: string): void {
    this.remove(to)
    mkdirSync(dirname(join(this.folder, to)), { recursive: true })
    cpSync(join(this.folder, from), join(this.folder, to), { recursive: true })
  }

  remove(root: string): void {
    rmSync(join(this.folder, root), { recursive: true, force: true })
  }

  /** Bytes of all files there. */
  size(root: string): number {
    const folder = join(this.folder, root, 'rootfs')
    const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []
    return files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  }

  read(root: string, path: string): FileEntry {
    const real = this.real(root, path)
    if (!existsSync(real)) throw new IncusRefusal(404, 'Not Found')
    const directory = statSync(real).isDirectory()
    const mark = this.marks(root)[clean(path)] ?? { uid: 0, gid: 0, mode: directory ? '0755' : '0644' }
    return directory
      ? { type: 'directory', entries: readdirSync(real), mark }
      : { type: mark.isLink === true ? 'symlink' : 'file', content: readFileSync(real), mark }
  }

  write(root: string, path: string, content: Buffer, mark: FileMark, append: boolean): void {
    const real = this.real(root, path)
    this.demandParent(real)
    if (existsSync(real) && statSync(real).isDirectory())
      throw new IncusRefusal(500, `sftp: "open ${path}: is a directory" (SSH_FX_FAILURE)`)
    writeFileSync(real, content, { flag: append ? 'a' : 'w' })
    this.mark(root, path, mark)
  }

  makeDirectory(root: string, path: string, mark: FileMark): void {
    const real = this.real(root, path)
    this.demandParent(real)
    if (existsSync(real)) return
    mkdirSync(real)
    this.mark(root, path, mark)
  }

  delete(root: string, path: string): void {
    const entry = this.read(root, path)
    if (entry.type === 'directory' && entry.entries.length > 0) throw new IncusRefusal(500, 'Directory is not empty')
    rmSync(this.real(root, path), { recursive: true })
  }

  /** Replaces what is there, as rename(2). */
  rename(root: string, from: string, to: string): void {
    const { mark } = this.read(root, from)
    this.demandParent(this.real(root, to))
    renameSync(this.real(root, from), this.real(root, to))
    this.mark(root, to, mark)
  }

  exists(root: string, path: string): boolean {
    return existsSync(this.real(root, path))
  }

  private demandParent(real: string): void {
    if (!existsSync(dirname(real))) throw new IncusRefusal(404, 'Not Found')
  }

  private real(root: string, path: string): string {
    return join(this.folder, root, 'rootfs', clean(path))
  }

  private marks(root: string): Record<string, FileMark> {
    const list = join(this.folder, root, 'marks.json')
    return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Record<string, FileMark>) : {}
  }

  private mark(root: string, path: string, mark: FileMark): void {
    const marks = { ...this.marks(root), [clean(path)]: mark }
    writeFileSync(join(this.folder, root, 'marks.json'), JSON.stringify(marks))
  }
}

/** Absolute and without `..`: a request cannot leave the instance. */
const clean = (path: string): string => posix.normalize(`/${path}`)
