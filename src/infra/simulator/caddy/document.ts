import { AdminRefusal } from './refusal.js'

type Tree = Record<string, unknown>

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a path of the admin API leads to; null where there is nothing at its end, as Caddy answers. */
export function read(config: unknown, path: readonly string[]): unknown {
  let here = config
  for (const [depth, step] of path.entries()) {
    if (Array.isArray(here)) here = (here as unknown[])[Number(step)]
    else if (isTree(here)) here = here[step]
    else if (depth > 0 || here !== null)
      throw new AdminRefusal(400, `invalid traversal path at: config/${path.slice(0, depth + 1).join('/')}`)
  }
  return here ?? null
}

/** The config after the change; the one given stays as it is. POST appends to a list and sets anything else. */
export function change(config: unknown, method: Method, path: readonly string[], value: unknown): unknown {
  const holder = { config: structuredClone(config) }
  const steps = ['config', ...path]
  const last = steps.pop() ?? ''
  let here: unknown = holder
  for (const step of steps) here = descend(here, step, method)
  if (Array.isArray(here)) changeList(here as unknown[], method, last, value)
  else if (isTree(here)) changeTree(here, method, last, value)
  else throw new AdminRefusal(500, `invalid traversal path at: ${steps.join('/')}`)
  return holder.config
}

function descend(here: unknown, step: string, method: Method): unknown {
  if (Array.isArray(here)) return (here as unknown[])[Number(step)]
  if (!isTree(here)) throw new AdminRefusal(500, `invalid traversal path at: ${step}`)
  if ((here[step] === undefined || here[step] === null) && method === 'PUT') here[step] = {}
  return here[step]
}

function changeTree(tree: Tree, method: Method, key: string, value: unknown): void {
  const there = tree[key]
  switch (method) {
    case 'POST':
      if (Array.isArray(there)) tree[key] = [...(there as unknown[]), value]
      else tree[key] = value
      return
    case 'PUT':
      if (there !== undefined && there !== null) throw new AdminRefusal(409, `[/${key}] key already exists: ${key}`)
      tree[key] = value
      return
    case 'PATCH':
      if (there === undefined) throw new AdminRefusal(404, `[/${key}] key does not exist: ${key}`)
      tree[key] = value
      return
    case 'DELETE':
      if (there === undefined) throw new AdminRefusal(404, `[/${key}] key does not exist: ${key}`)
      if (key === 'config') tree[key] = null
      else delete tree[key]
  }
}

function changeList(list: unknown[], method: Method, key: string, value: unknown): void {
  if (key === '...' && method === 'POST' && Array.isArray(value)) {
    list.push(...(value as unknown[]))
    return
  }
  const index = Number(key)
  const limit = method === 'PUT' ? list.length : list.length - 1
  if (!Number.isInteger(index) || index < 0 || index > limit)
    throw new AdminRefusal(404, `array index out of bounds: ${key}`)
  if (method === 'PUT') list.splice(index, 0, value)
  else if (method === 'DELETE') list.splice(index, 1)
  else list[index] = value
}

/** Where each `@id` is. The same one twice is refused. */
export function idIndex(config: unknown): ReadonlyMap<string, readonly string[]> {
  const index = new Map<string, readonly string[]>()
  const walk = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value)) value.forEach((item, at) => walk(item, [...path, String(at)]))
    if (!isTree(value)) return
    const id = value['@id']
    if (typeof id === 'string' || typeof id === 'number') {
      if (index.has(String(id))) throw new AdminRefusal(400, `indexing config: duplicate ID '${id}' found`)
      index.set(String(id), path)
    }
    for (const [key, item] of Object.entries(value)) walk(item, [...path, key])
  }
  walk(config, [])
  return index
}
