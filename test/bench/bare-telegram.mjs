/** The least that a bot can do: the library's own way to take updates, and a handler that does nothing. */
import { createServer } from 'node:http'
import { Bot, webhookCallback } from 'grammy'

const [token, apiRoot, port] = process.argv.slice(2)
const bot = new Bot(token, { client: { apiRoot } })
bot.on('message', () => undefined)
process.on('disconnect', () => process.exit())
if (port === undefined) void bot.start({ onStart: () => process.send('up') })
else {
  await bot.init()
  await bot.api.setWebhook('https://bot.example.com/telegram')
  const handle = webhookCallback(bot, 'http')
  createServer((request, response) => void handle(request, response)).listen(Number(port), '127.0.0.1', () =>
    process.send('up'),
  )
}
