/** The shapes that the simulated Incus keeps on disk. Names and words are Incus' own. */

export type Config = Record<string, string>
export type Devices = Record<string, Config>

export interface Definition {
  architecture: string
  config: Config
  devices: Devices
  ephemeral: boolean
  profiles: string[]
  description: string
}

export interface StoredSnapshot extends Definition {
  name: string
  createdAt: string
}

export interface StoredInstance extends Definition {
  name: string
  type: 'container'
  createdAt: string
  lastUsedAt: string
  running: boolean
  /** The address in use while running; null when stopped. */
  address: string | null
  startedAt: string | null
  console: string
  snapshots: StoredSnapshot[]
}

export interface StoredAcl {
  name: string
  description: string
  config: Config
  ingress: unknown[]
  egress: unknown[]
}

export interface StoredState {
  instances: Record<string, StoredInstance>
  acls: Record<string, StoredAcl>
  network: { description: string; config: Config }
  /** Remote images that were downloaded: the second create from one is quick. */
  cachedImages: string[]
}

/** What Incus shows as `last_used_at` of an instance that was never started. */
export const NEVER = '1970-01-01T00:00:00Z'

/** Incus' own status codes (doc/rest-api.md). */
export const STATUS = {
  Created: 100,
  Stopped: 102,
  Running: 103,
  Cancelling: 104,
  Success: 200,
  Failure: 400,
  Cancelled: 401,
} as const

export type StatusWord = keyof typeof STATUS
