import type { Operation } from '../../core/operation.js'
import { sandboxById, type State } from '../../core/state.js'
import type { Block, Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { offerButtons } from './refusal.js'
import { sandboxCard } from './sandbox-card.js'
import { capital, sentence, VERBS, wholeSentence } from './words.js'

/** What an operation's message says for good. */
export function ended(state: State, operation: Operation, addresses: Addresses, now: Date): Message {
  const { verb, sandboxName: name } = operation
  const sandbox = sandboxById(state, operation.sandbox)
  switch (operation.state) {
    case 'running':
    case 'going-back':
    case 'done':
      if (sandbox !== undefined && verb !== 'delete') return sandboxCard(state, sandbox, addresses, now)
      return deletedCard(name)
    case 'cancelled':
      return bad(operation, `✕ ${capital(VERBS[verb].doing(name))} was cancelled`, [
        sentence(`${operation.reason === null ? '' : `${capital(operation.reason)}. `}${leftBehind(operation)}`),
      ])
    case 'failed':
      return bad(operation, `✕ ${VERBS[verb].failed(name)}`, [
        sentence(`${reasonOf(operation)} ${leftBehind(operation)}`),
      ])
    case 'stuck':
      return bad(operation, `✕ ${name} is stuck`, [
        sentence(`${reasonOf(operation)} Going back did not work either. An admin can look at it; it can be deleted.`),
      ])
  }
}

/** What is left of a card when its sandbox is gone. */
export function deletedCard(name: string): Message {
  return {
    title: `${name} is deleted`,
    tone: 'good',
    blocks: [sentence(`Nothing of it is left; the name \`${name}\` is free.`)],
  }
}

/** The end of it in the place for all: the reasons are for the asker. */
export function endedForAll(state: State, operation: Operation, who: string, addresses: Addresses, now: Date): Message {
  const { sandboxName: name, verb } = operation
  switch (operation.state) {
    case 'failed':
    case 'stuck':
      return { tone: 'bad', blocks: [sentence(`${VERBS[verb].failed(name)}.`)] }
    case 'cancelled':
      return { tone: 'plain', blocks: [sentence(`${capital(VERBS[verb].doing(name))} was cancelled.`)] }
    case 'running':
    case 'going-back':
    case 'done':
      if (verb === 'delete') return { tone: 'plain', blocks: [sentence(`${who} deleted ${name}.`)] }
      return ended(state, operation, addresses, now)
  }
}

function bad(operation: Operation, title: string, blocks: readonly Block[]): Message {
  return { title, tone: 'bad', blocks: [...blocks, ...offerButtons(operation.offers)] }
}

function reasonOf(operation: Operation): string {
  const reason = operation.reason?.trim()
  if (reason === undefined || reason === '') return 'The log of the host has the cause.'
  return wholeSentence(reason)
}

function leftBehind(operation: Operation): string {
  return operation.verb === 'create' ? 'Nothing was left behind.' : `${operation.sandboxName} is as it was before.`
}
