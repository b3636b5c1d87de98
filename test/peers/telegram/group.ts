import type { Update } from '@grammyjs/types'
import type { PeerChat, StoredMessage } from './model.js'
import { chatObject } from './objects.js'
import type { Person } from './person.js'
import type { World } from './world.js'

export interface GroupShape {
  readonly kind?: 'group' | 'supergroup'
  /** Names of topics; with them the group is a forum. */
  readonly topics?: readonly string[]
  readonly administrators?: readonly Person[]
  readonly bot?: PeerChat['bot']
}

/** A group of people that the bot was added to. */
export function addGroup(world: World, title: string, people: readonly Person[], shape: GroupShape = {}): PeerChat {
  const kind = shape.topics === undefined ? (shape.kind ?? 'group') : 'supergroup'
  const topics = shape.topics?.map((name) => [world.newId(), { name, closed: false }] as const)
  return world.addChat({
    id: kind === 'group' ? -world.newId() : -1_000_000_000_000 - world.newId(),
    kind,
    title,
    userName: null,
    members: new Map(
      people.map((one) => [one.id, shape.administrators?.includes(one) === true ? 'administrator' : 'member']),
    ),
    topics: topics === undefined ? null : new Map(topics),
    bot: shape.bot ?? 'member',
  })
}

/** The group gets a new id: the old one tells of it, and takes no more messages. */
export function becomeSupergroup(world: World, group: PeerChat): PeerChat {
  const { title, members, bot } = group
  const id = -1_000_000_000_000 - world.newId()
  const made = world.addChat({ id, kind: 'supergroup', title, userName: null, members, topics: null, bot })
  group.upgradedTo = made.id
  service(world, group, { migrate_to_chat_id: made.id })
  service(world, made, { migrate_from_chat_id: group.id })
  return made
}

/** An administrator who hides behind the group: one identity, shared by all such. */
export function saysAnonymously(world: World, group: PeerChat, text: string): StoredMessage {
  return world.type(group, 'anonymous', text)
}

/** Somebody who writes in the name of a channel of theirs. */
export function saysAsChannel(world: World, group: PeerChat, text: string): StoredMessage {
  return world.type(group, 'channel', text)
}

function service(world: World, chat: PeerChat, what: object): void {
  const message = {
    message_id: world.newId(),
    chat: chatObject(chat),
    from: [...world.users.values()][0],
    date: Math.floor(world.now() / 1000),
    ...what,
  }
  world.emit({ message } as Omit<Update, 'update_id'>)
}
