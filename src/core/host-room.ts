/** What the host itself has left, as it last said; in bytes. */
export interface HostRoom {
  readonly memory: Room
  readonly disk: Room
  readonly at: Date
}

export interface Room {
  readonly free: number
  readonly total: number
}
