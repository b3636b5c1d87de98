import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { Admin, type ConfigHolder } from './admin.js'
import { Listeners } from './listeners.js'
import { serversOf } from './schema.js'
import { readState, writeState } from './state-file.js'

export interface SimulatedCaddyOptions {
  readonly admin: { readonly socketPath: string } | { readonly port: number }
  /** Like a Caddy with `--resume`: what it served before its end it serves again. */
  readonly stateFile: string
}

export interface SimulatedCaddy {
  close(): Promise<void>
}

/** A Caddy without TLS, for the demo and the tests: the admin API, and servers that do what the config says. */
export async function startSimulatedCaddy({ admin, stateFile }: SimulatedCaddyOptions): Promise<SimulatedCaddy> {
  const listeners = new Listeners()
  const holder = await hold(listeners, stateFile)
  const api = new Admin(holder)
  const server = createServer((request, response) => void api.serve(request, response))
  if ('socketPath' in admin) await rm(admin.socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen('socketPath' in admin ? { path: admin.socketPath } : { port: admin.port, host: '127.0.0.1' }, resolve)
  })
  return {
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await listeners.follow([])
    },
  }
}

async function hold(listeners: Listeners, stateFile: string): Promise<ConfigHolder> {
  let config = readState(stateFile)
  await listeners.follow(serversOf(config))
  return {
    get config() {
      return config
    },
    replace: async (next) => {
      await listeners.follow(serversOf(next))
      writeState(stateFile, next)
      config = next
    },
  }
}
