import { Client, Events, MessageFlags } from 'discord.js'
import { TestService } from '../service/service.js'
import { DiscordStage } from '../chat/discord-stage.js'
import type { Interaction } from '../peers/discord/interactions.js'

/** From the event to its acknowledgement as Discord sees it, in milliseconds, in ascending order. */
export type AckTimes = readonly number[]

/** `list` so many times a second, with all of Sandpiper behind it. */
export async function withSandpiper(perSecond: number, seconds: number): Promise<AckTimes> {
  const stage = new DiscordStage()
  await stage.start()
  const service = new TestService(undefined, stage.config(), { admins: [stage.people.ada.identity], members: [] })
  try {
    await service.start()
    await service.serve()
    await stage.joined()
    return await fire(stage, perSecond, seconds)
  } finally {
    await service.close()
    await stage.close()
  }
}

/** The same, with a handler of the same library that does nothing else. */
export async function withBareHandler(perSecond: number, seconds: number): Promise<AckTimes> {
  const stage = new DiscordStage()
  await stage.start()
  await stage.registerForBench()
  const client = new Client({ intents: [], rest: { api: stage.peer.apiUrl, version: '10' } })
  client.on(Events.InteractionCreate, (interaction) => {
    if (interaction.isChatInputCommand()) void interaction.deferReply({ flags: MessageFlags.Ephemeral })
  })
  try {
    const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve))
    await client.login(stage.peer.token)
    await ready
    return await fire(stage, perSecond, seconds)
  } finally {
    await client.destroy()
    await stage.close()
  }
}

async function fire({ people, channel }: DiscordStage, perSecond: number, seconds: number): Promise<AckTimes> {
  const asked: Interaction[] = []
  const startedAt = performance.now()
  while (asked.length < perSecond * seconds) {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond)
    while (asked.length < Math.min(due, perSecond * seconds)) asked.push(people.ada.person.command(channel, 'list'))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const until = performance.now() + 10_000
  while (asked.some(({ ackMs }) => ackMs === null) && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10))
  return asked.map(({ ackMs }) => ackMs ?? Infinity).toSorted((a, b) => a - b)
}
