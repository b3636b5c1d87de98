import { keepsTheContract } from './contract.js'
import { livesOnChat } from './scenario.js'
import { TelegramStage } from './telegram-stage.js'

for (const mode of ['polling', 'webhook'] as const) {
  keepsTheContract(new TelegramStage(mode))
  livesOnChat(new TelegramStage(mode))
}
