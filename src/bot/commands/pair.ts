import { pair as pairWith } from '../../core/operations/pair.js'
import { sentence } from '../cards/words.js'
import { argument, command, type Answer, type Desk } from '../command.js'

export const pair = command(
  'pair',
  'Makes you an admin, with a code that `sandpiper pair` prints on the host',
  'pair <code>',
  [
    argument('code', 'Code', 'What `sandpiper pair` printed on the host', {
      required: () => true,
      positional: true,
      isCode: true,
    }),
  ],
  (desk, args) => {
    const seal = args['code'] ?? ''
    if (!desk.presence.isPrivate) return burnt(desk, seal)
    return {
      answer: 'edit',
      edits: pairWith(desk.context, seal),
      message: () => ({
        title: 'You are an admin now',
        tone: 'good',
        blocks: [sentence('Let others in: `/sandbox admin grant`. What you can do: `/sandbox help`')],
      }),
    }
  },
  { need: 'anyone', group: 'me' },
)

/** Others may have read it, and it makes an admin of whom sends it first. */
function burnt({ context }: Desk, seal: string): Answer {
  const isGood = context.state.codes.some((code) => code.seal === seal)
  const words = `A code like that goes into a direct message to me, where nobody else reads it.${isGood ? ' This one does not work any more. A new one: `sandpiper pair`, on the host' : ''}`
  return {
    answer: 'edit',
    edits: isGood ? [{ edit: 'code.use', seal }] : [],
    message: () => ({ tone: 'bad', blocks: [sentence(words)] }),
    isRefusal: true,
  }
}
