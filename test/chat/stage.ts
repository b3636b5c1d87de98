import type { ChatPlatform } from '../../src/bot/chat.js'

/** A message as somebody sees it now. */
export interface Seen {
  readonly id: string
  /** What is rendered, markup taken away: the words that a person reads, buttons apart. */
  readonly text: string
  readonly buttons: readonly { readonly label: string; readonly url: string | null }[]
  /** The names of its files and pictures. */
  readonly files: readonly string[]
}

/** A form as it is open before somebody; where a platform asks one question after the other, the question. */
export interface SeenForm {
  readonly text: string
  readonly fields: readonly string[]
}

/** Somebody with an account on the platform. All that they do resolves when the platform has taken it. */
export interface ChatPerson {
  /** As config.toml names them: `platform:workspace:user`. */
  readonly identity: string
  /** A command with its words, in the platform's way of giving commands; without the leading `/sandbox`. */
  says(words: string, where?: 'channel' | 'direct'): Promise<void>
  /** Presses a button of a message that they see. Throws where it has no such button. */
  presses(message: Seen, label: string): Promise<void>
  /** The form that is open before them; waits until one is. */
  form(): Promise<SeenForm>
  /** Fills the open form by field names and sends it; or answers the questions as they come. */
  fills(answers: Readonly<Record<string, string>>): Promise<void>
  /** All that they see in the channel, what is for them alone included; the newest last. */
  readonly channel: () => readonly Seen[]
  /** Their direct messages with the bot; the newest last. */
  readonly direct: () => readonly Seen[]
  /** From now on the bot's direct messages to them are refused, or taken again. */
  closeDirect(isClosed: boolean): void
}

/** Everything of one chat platform that a test needs: a local peer of it, and the people on it. */
export interface ChatStage {
  readonly name: string
  /** Ada is an admin, Grace a member; nobody knows Eve. All three are in the channel. */
  readonly people: { readonly ada: ChatPerson; readonly grace: ChatPerson; readonly eve: ChatPerson }
  /** Can show a message to one person alone in the channel. Where not, it goes to their direct messages. */
  readonly showsAlone: boolean
  /** What does not exist on this platform; tests about it are skipped. */
  readonly lacks: readonly ('closed direct messages' | 'outages' | 'removed messages')[]
  start(): Promise<void>
  /** Once the bot has started; `link`: its page, where the platform is one. */
  joined(link: string | null): Promise<void>
  /** The tables of config.toml that join the service to it; valid after `start`. */
  config(): Readonly<Record<string, unknown>>
  /** The adapter alone, joined to the same peer; not started. For the contract. */
  platform(): ChatPlatform
  /** Where the channel is, as the adapter names it in `Asker.place` for something that was not said by anybody. */
  readonly channelPlace: string
  /** The platform delivers what is sent to the bot twice from now on. */
  deliverTwice(isOn: boolean): void
  /** The platform cannot be reached from now on, or again. */
  down(isDown: boolean): Promise<void>
  /** Removes a message, as a person or a moderator does. */
  remove(message: Seen): void
  close(): Promise<void>
}
