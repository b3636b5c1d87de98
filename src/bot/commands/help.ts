import { UserError } from '../../core/errors.js'
import { shown } from '../../core/shown.js'
import { commandHelp, helpCard } from '../cards/help.js'
import { argument, command, needsOf, say, type Argument } from '../command.js'
import { mayUse } from '../../core/access.js'

export const help = command(
  'help',
  'What you can do here',
  'help [command]',
  [argument('command', 'Command', 'The command to explain', { positional: true })],
  ({ context, commands }, args) => {
    const allowed = commands.filter((one) =>
      needsOf(one).some((need) => mayUse(context.actor, one.name, need, 'owner')),
    )
    const wanted = args['command']
    if (wanted === undefined) return say(helpCard(allowed))
    const found = allowed.find((one) => one.name === wanted.trim().toLowerCase())
    if (found === undefined)
      throw new UserError('not-found', `There is no command \`${shown(wanted)}\`. All of them: \`help\``)
    return say(
      commandHelp(
        found,
        found.args.map((one) => ({ usage: usageOf(one), help: one.help })),
      ),
    )
  },
  { group: 'me', isFrequent: true },
)

function usageOf(arg: Argument): string {
  if (arg.positional) return `<${arg.name}>`
  return arg.kind === 'flag' ? `--${arg.name}` : `--${arg.name} …`
}
