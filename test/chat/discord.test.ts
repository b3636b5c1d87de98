import { keepsTheContract } from './contract.js'
import { DiscordStage } from './discord-stage.js'
import { livesOnChat } from './scenario.js'

keepsTheContract(new DiscordStage())
livesOnChat(new DiscordStage())
