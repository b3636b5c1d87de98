import { UserError } from '../../../core/errors.js'
import { sameSubject, subjectText, type Subject } from '../../../core/subject.js'
import { subjectOf } from '../../../core/whom.js'
import { sentence } from '../../cards/words.js'
import type { Answer, Args, Desk } from '../../command.js'

/** Makes a channel or chat one where commands work in the open, or takes that back. */
export function room({ context, presence }: Desk, args: Args): Answer {
  const { state, settings } = context
  const there = subjectOf(state, args['who'] ?? '', presence)
  if (there.kind !== 'room') {
    throw new UserError(
      'invalid',
      `\`${subjectText(there)}\` is no channel or chat. Say \`here\` in it, or give its id.`,
    )
  }
  if (settings.access.rooms.some((one) => sameSubject(one, there))) {
    throw new UserError(
      'not-allowed',
      `config.toml names \`${subjectText(there)}\`, and it wins. It can be changed there.`,
    )
  }
  const isOn = args['what'] !== 'off'
  const rest = state.rooms.filter((one) => !sameSubject(one, there))
  const words = isOn
    ? `Commands work in the open in \`${subjectText(there)}\`. Where no admin has said so, answers are for the asker alone.`
    : quiet(there, rest.length + settings.access.rooms.length)
  return {
    answer: 'edit',
    edits: [{ edit: isOn ? 'room.put' : 'room.remove', room: there }],
    message: () => ({
      title: isOn ? 'A place for commands' : 'No place for commands',
      tone: 'good',
      blocks: [sentence(words)],
    }),
  }
}

function quiet(there: Subject, left: number): string {
  if (left === 0) return 'No room is named any more, so commands work in the open everywhere.'
  return `In \`${subjectText(there)}\` answers are for the asker alone from now on.`
}
