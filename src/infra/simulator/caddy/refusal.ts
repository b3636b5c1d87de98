/** The admin API's answer to what it will not do. */
export class AdminRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** A handler gives up on a request: the error routes take over, as in Caddy. */
export class HandlerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}
