import { existsSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { showOperation, showOperations, type OperationLine } from './cli/operations-table.js'
import { showPlatforms } from './cli/platforms-table.js'
import { showVerdict, verifyAudit } from './cli/audit-verify.js'
import { ask, NotRunning } from './cli/ask.js'
import { NOT_RUNNING, say } from './adapters/chat/console/say-client.js'
import type { PlatformLine } from './control.js'
import { ConfigError, loadConfig } from './config.js'
import { demoDefaults, demoSocket, startDemo } from './demo.js'
import { openLog } from './logging.js'
import { startService, type Service } from './main.js'
import { openHost } from './open-host.js'

const USAGE = 2
const DRIFT = 3
const DEFAULT_CONFIG = '/etc/sandpiper/config.toml'

interface SocketOptions {
  readonly config?: string
  readonly socket?: string
}

const program = new Command('sandpiper')
  .description('Persistent dev sandboxes on your own host, from chat')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'sandpiper: ')) })

const onSocket = (command: Command): Command =>
  command
    .option('--config <file>', 'the service with this configuration; without it the running service, or the demo')
    .option('--socket <path>', 'the control socket itself')

program
  .command('demo')
  .description('starts Sandpiper on a simulated host, with a chat page')
  .option('--folder <path>', 'where its state is kept', demoDefaults.folder)
  .option('--page <address>', 'where the chat page listens', demoDefaults.page)
  .option('--apps <address>', 'where the sandboxes are served', demoDefaults.apps)
  .action(async (options: { folder: string; page: string; apps: string }) => {
    const service = await startDemo(options)
    untilSignal(service)
    process.stdout.write(welcome(service.pageLink ?? ''))
  })

program
  .command('serve')
  .description('runs the service')
  .option('--config <file>', 'its configuration', DEFAULT_CONFIG)
  .action(async (options: { config: string }) => {
    const config = loadConfig(options.config)
    const log = openLog(config.service.log_level)
    const identities = [{ user: config.console.user, name: config.console.name }]
    const service = await startService({
      config,
      host: openHost(config),
      log,
      console: { identities, mayChoose: false, banner: '' },
    })
    untilSignal(service)
    log.info({ page: service.pageLink === null ? null : config.console.address }, 'Sandpiper serves')
  })

onSocket(program.command('say'))
  .description('sends one chat command to the running service')
  .argument('<words...>', 'as in the chat: create myapp')
  .option('--as <identity>', 'who says it (demo only)')
  .option('--yes', 'answers a confirmation', false)
  .option('--json', 'prints the messages as data', false)
  // Options of the chat command itself (`--template`) are words too.
  .allowUnknownOption()
  .action(async (words: string[], options: SocketOptions & { as?: string; yes: boolean; json: boolean }) => {
    const { as, yes, json } = options
    process.exitCode = await say({ socketPath: socketOf(options), as, words, yes, json, out: print, err: complain })
  })

onSocket(program.command('plan'))
  .description('shows what differs from what is wanted; changes nothing; exit 3 where something does')
  .action(async (options: SocketOptions) => {
    const { differs, text } = await ask<{ differs: boolean; text: string }>(socketOf(options), '/plan')
    print(text)
    process.exitCode = differs ? DRIFT : 0
  })

onSocket(program.command('sync'))
  .description('repairs what differs, now')
  .action(async (options: SocketOptions) => {
    print((await ask<{ text: string }>(socketOf(options), '/sync')).text)
  })

onSocket(program.command('page'))
  .description('prints the link of the chat page; whoever has it can speak there')
  .action(async (options: SocketOptions) => {
    print((await ask<{ link: string }>(socketOf(options), '/page')).link)
  })

onSocket(program.command('pair'))
  .description('prints a code: who sends it to the bot in a direct message is an admin')
  .action(async (options: SocketOptions) => {
    const { code, minutes } = await ask<{ code: string; minutes: number }>(socketOf(options), '/pair')
    print(`Send this to the bot in a direct message, within ${minutes} minutes:\n\n  pair ${code}\n`)
  })

onSocket(program.command('doctor'))
  .description('looks at what the service is joined to; exit 1 where something fails')
  .action(async (options: SocketOptions) => {
    const lines = await ask<PlatformLine[]>(socketOf(options), '/doctor')
    print(showPlatforms(lines))
    process.exitCode = lines.every(({ health }) => health.state === 'up') ? 0 : 1
  })

const operations = program.command('operations').description('what people asked for, and how it went')

onSocket(operations.command('list', { isDefault: true }))
  .description('the newest first')
  .action(async (options: SocketOptions) => {
    print(showOperations(await ask<OperationLine[]>(socketOf(options), '/operations')))
  })

onSocket(operations.command('show'))
  .argument('<id>', 'its id, or the beginning of it')
  .description('one of them, with its steps')
  .action(async (id: string, options: SocketOptions) => {
    print(showOperation(await ask<OperationLine>(socketOf(options), '/operations/show', { id })))
  })

onSocket(operations.command('retry'))
  .argument('<id>', 'its id, or the beginning of it')
  .description('takes up one that is stuck')
  .action(async (id: string, options: SocketOptions) => {
    print(showOperation(await ask<OperationLine>(socketOf(options), '/operations/retry', { id })))
  })

onSocket(operations.command('cancel'))
  .argument('<id>', 'its id, or the beginning of it')
  .description('stops one that runs, and undoes it')
  .action(async (id: string, options: SocketOptions) => {
    const socketPath = socketOf(options)
    const { sandbox } = await ask<OperationLine>(socketPath, '/operations/show', { id })
    const words = ['cancel', sandbox]
    process.exitCode = await say({
      socketPath,
      as: undefined,
      words,
      yes: false,
      json: false,
      out: print,
      err: complain,
    })
  })

program
  .command('audit')
  .description('looks at the audit log')
  .command('verify')
  .option('--config <file>', 'the service with this configuration; without it that of the host, or the demo')
  .option('--state-folder <path>', 'the state folder itself')
  .option('--head <head...>', 'what the journal has under "audit head": shows an end that was cut off')
  .description('finds an entry that was changed or removed; exit 1 where one was')
  .action((options: { config?: string; stateFolder?: string; head?: string[] }) => {
    const verdict = verifyAudit(options.stateFolder ?? stateFolderOf(options), options.head ?? [])
    print(showVerdict(verdict))
    process.exitCode = verdict.fault === null ? 0 : 1
  })

program
  .command('config')
  .description('looks at a configuration')
  .command('check')
  .option('--config <file>', 'the configuration', DEFAULT_CONFIG)
  .description('says what is wrong with it; exit 2 where something is')
  .action((options: { config: string }) => {
    loadConfig(options.config)
    print(`${options.config} is fine.`)
  })

// `sandpiper say list | head -1` closes the pipe early, and that is fine.
process.stdout.on('error', () => process.exit())

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  if (error instanceof ConfigError) {
    complain(error.message)
    return USAGE
  }
  complain(error instanceof NotRunning ? NOT_RUNNING : sentenceOf(error))
  return 1
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  const where = 'address' in error && 'port' in error ? `${String(error.address)}:${String(error.port)}` : ''
  if (code === 'EADDRINUSE' && where !== '')
    return `${where} is taken: is another Sandpiper running? Stop it, or choose another address.`
  return error.message
}

function socketOf({ socket, config }: SocketOptions): string {
  if (socket !== undefined) return socket
  if (config !== undefined) return loadConfig(config).service.control_socket
  const demo = demoSocket(demoDefaults.folder)
  if (existsSync(demo) || !existsSync(DEFAULT_CONFIG)) return demo
  return loadConfig(DEFAULT_CONFIG).service.control_socket
}

function stateFolderOf({ config }: SocketOptions): string {
  if (config !== undefined) return loadConfig(config).service.state_folder
  return existsSync(DEFAULT_CONFIG) ? loadConfig(DEFAULT_CONFIG).service.state_folder : demoDefaults.folder
}

/** Ends in order at the first signal; a second one ends at once. */
function untilSignal(service: Service): void {
  let ending = false
  const end = (): void => {
    if (ending) process.exit(1)
    ending = true
    service.close().then(
      () => process.exit(0),
      (error: unknown) => {
        complain(sentenceOf(error))
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

function welcome(link: string): string {
  return `Sandpiper runs on a simulated host: everything works, and nothing real is made.

  Chat page   ${link}
  Or here     npx sandpiper say create myapp
              npx sandpiper say --as grace list
              npx sandpiper say help

Ctrl-C ends it; what you made is there again at the next start.
`
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}
