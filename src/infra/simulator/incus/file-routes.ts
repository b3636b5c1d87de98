import type { IncomingHttpHeaders } from 'node:http'
import type { FileMark } from './files.js'
import type { Machine } from './machine.js'
import { empty, IncusRefusal, raw } from './reply.js'
import type { Asked, Routes } from './router.js'

/** `/1.0/instances/NAME/files?path=…`, also of a stopped instance. */
export function fileRoutes(machine: Machine): Routes {
  const get = (asked: Asked, name = '') => {
    machine.instance(name)
    const entry = machine.files.read(name, pathOf(asked))
    const { uid, gid, mode } = entry.mark
    const marks = { 'X-Incus-uid': `${uid}`, 'X-Incus-gid': `${gid}`, 'X-Incus-mode': mode, 'X-Incus-type': entry.type }
    if (entry.type !== 'directory') return raw(entry.content, { ...marks, 'Content-Type': 'application/octet-stream' })
    const listing = { type: 'sync', status: 'Success', status_code: 200, operation: '', metadata: entry.entries }
    return raw(Buffer.from(JSON.stringify(listing)), { ...marks, 'Content-Type': 'application/json' })
  }
  return {
    'GET instances/:/files': get,
    'HEAD instances/:/files': get,
    'POST instances/:/files': (asked, name = '') => {
      machine.instance(name)
      const type = header(asked.headers, 'type') ?? 'file'
      const path = pathOf(asked)
      if (type === 'directory') machine.files.makeDirectory(name, path, markOf(asked.headers, '0755'))
      else if (type === 'file') {
        // Incus takes a form's body for form fields: the file comes out empty, and the answer is 200.
        const form = asked.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
        const append = header(asked.headers, 'write') === 'append'
        machine.files.write(name, path, form ? Buffer.alloc(0) : asked.body, markOf(asked.headers, '0644'), append)
      } else if (type === 'symlink') {
        const mark = { ...markOf(asked.headers, '0777'), isLink: true as const }
        machine.files.write(name, path, asked.body, mark, false)
      } else throw new IncusRefusal(400, `Bad file type: ${type}`)
      machine.tell('instance-file-pushed', name, { path })
      return empty
    },
    'DELETE instances/:/files': (asked, name = '') => {
      machine.instance(name)
      machine.files.delete(name, pathOf(asked))
      machine.tell('instance-file-deleted', name, { path: pathOf(asked) })
      return empty
    },
  }
}

function pathOf(asked: Asked): string {
  const path = asked.query.get('path') ?? ''
  if (path === '') throw new IncusRefusal(400, 'Missing path argument')
  return path
}

function header(headers: IncomingHttpHeaders, word: string): string | undefined {
  const value = headers[`x-incus-${word}`]
  return Array.isArray(value) ? value[0] : value
}

function markOf(headers: IncomingHttpHeaders, mode: string): FileMark {
  const said = header(headers, 'mode') ?? mode
  return {
    uid: Number(header(headers, 'uid') ?? 0),
    gid: Number(header(headers, 'gid') ?? 0),
    mode: said.startsWith('0') ? said : `0${said}`,
  }
}
