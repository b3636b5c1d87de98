import { createSandbox } from '../../core/operations/create.js'
import { always, argument, command, operation, optional } from '../command.js'

export const create = command(
  'create',
  'Makes a sandbox; its app is public',
  'create <name or domain>',
  [
    argument('target', 'Name or domain', 'A name like myapp, or a domain of yours', {
      required: () => true,
      positional: true,
    }),
    argument('name', 'Name', 'A name of its own for a domain'),
    argument('template', 'Template', 'What the sandbox starts from'),
    argument('port', 'App port', 'The port in the sandbox that the app listens on', { kind: 'number' }),
    argument('dns', 'DNS', 'Who keeps its records: automatic, or by-hand', {
      kind: 'choice',
      choices: ['automatic', 'by-hand'],
    }),
  ],
  ({ context }, args) =>
    operation(
      createSandbox(context, {
        target: args['target'] ?? '',
        ...optional(args, 'name'),
        ...optional(args, 'template'),
        ...optional(args, 'port'),
        ...optional(args, 'dns'),
      }),
    ),
  { isFrequent: true, isCostly: always },
)
