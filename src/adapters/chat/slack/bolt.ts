import type * as bolt from '@slack/bolt'

export type Bolt = typeof bolt

/** Loaded when it is needed: it takes half a second, which `sandpiper say` need not wait. */
export function loadBolt(): Promise<Bolt> {
  return import('@slack/bolt')
}
