import { BasicAuth } from './basic-auth.js'
import { fill, type Exchange, type Next } from './exchange.js'
import { matches } from './matching.js'
import { applyOps, proxy } from './proxy.js'
import { HandlerError } from './refusal.js'
import type { Handler, Headers, Route, Server, StaticResponse, Subroute } from './schema.js'

/** Runs a request through a server's routes, as Caddy does: each matching route in turn, until one answers. */
export class Routing {
  private readonly auth = new BasicAuth()

  async serve(server: Server, exchange: Exchange): Promise<void> {
    const asked = exchange.headers
    try {
      await this.run(server.routes ?? [], exchange, () => Promise.resolve(finish(exchange, 200)))
    } catch (error) {
      exchange.error = statusOf(error)
      exchange.headers = asked
      try {
        await this.run(server.errors?.routes ?? [], exchange, () =>
          Promise.resolve(finish(exchange, exchange.error ?? 500)),
        )
      } catch {
        finish(exchange, exchange.error)
      }
    }
  }

  private async run(routes: readonly Route[], exchange: Exchange, next: Next): Promise<void> {
    const [route, ...rest] = routes
    if (route === undefined) return next()
    if (!matches(route.match, exchange)) return this.run(rest, exchange, next)
    const after: Next = route.terminal === true ? next : () => this.run(rest, exchange, next)
    return this.handle(route.handle ?? [], exchange, after)
  }

  private async handle(handlers: readonly Handler[], exchange: Exchange, next: Next): Promise<void> {
    const [handler, ...rest] = handlers
    if (handler === undefined) return next()
    const after: Next = () => this.handle(rest, exchange, next)
    switch (handler.handler) {
      case 'subroute':
        return this.subroute(handler, exchange, after)
      case 'authentication':
        await this.auth.demand(handler, exchange)
        return after()
      case 'headers':
        setHeaders(handler, exchange)
        return after()
      case 'static_response':
        return answer(handler, exchange)
      case 'reverse_proxy':
        return proxy(handler, exchange)
      default:
        return handler satisfies never
    }
  }

  private async subroute(handler: Subroute, exchange: Exchange, next: Next): Promise<void> {
    const failing = handler.errors?.routes
    if (failing === undefined) return this.run(handler.routes ?? [], exchange, next)
    try {
      await this.run(handler.routes ?? [], exchange, next)
    } catch (error) {
      exchange.error = statusOf(error)
      await this.run(failing, exchange, next)
    }
  }
}

function setHeaders(handler: Headers, exchange: Exchange): void {
  const headers = { ...exchange.headers }
  applyOps(headers, handler.request, exchange)
  exchange.headers = headers
  for (const [name, values] of Object.entries({ ...handler.response?.add, ...handler.response?.set }))
    exchange.response.setHeader(name, values)
}

function answer(handler: StaticResponse, exchange: Exchange): void {
  const { response } = exchange
  for (const [name, values] of Object.entries(handler.headers ?? {})) {
    const filled = values.map((value) => fill(value, exchange))
    response.setHeader(name, filled.length === 1 ? (filled[0] ?? '') : filled)
  }
  response.statusCode = handler.status_code ?? exchange.error ?? 200
  response.end(fill(handler.body ?? '', exchange))
}

function finish({ response }: Exchange, status: number): void {
  if (response.headersSent) return void response.destroy()
  response.statusCode = status
  response.end()
}

function statusOf(error: unknown): number {
  return error instanceof HandlerError ? error.status : 500
}
