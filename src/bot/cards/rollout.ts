import type { Rollout } from '../../core/rollout.js'
import type { Message } from '../message.js'
import { sentence } from './words.js'

/** How far the update of all agents is, and where it stands when it has stopped. */
export function rolloutCard(rollout: Rollout): Message {
  const { version, state, updated, total, skipped, wave, waiting, reason } = rollout
  const passed = skipped === 0 ? '' : ` Left out, as they did not run: ${skipped}.`
  const so = `${updated} of ${total} updated.${passed}`
  switch (state) {
    case 'running':
      return {
        title: `◐ Updating agents to ${version}`,
        tone: 'busy',
        blocks: [
          sentence(`${so} ${wave.length} under way, ${waiting.length} to go.`),
          { block: 'buttons', buttons: [{ label: 'Stop', press: { command: 'update', args: { stop: 'yes' } } }] },
        ],
      }
    case 'done':
      return { title: `Agents are updated to ${version}`, tone: 'good', blocks: [sentence(so)] }
    case 'stopped':
      return {
        title: `✕ Updating agents to ${version} has stopped`,
        tone: 'bad',
        blocks: [sentence(`${so} ${waiting.length} were not begun. Why: ${reason ?? 'unknown'}.`)],
      }
  }
}
