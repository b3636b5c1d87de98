import { keepsTheContract } from './contract.js'
import { livesOnChat } from './scenario.js'
import { SlackStage } from './slack-stage.js'

keepsTheContract(new SlackStage('socket'))
keepsTheContract(new SlackStage('http'))
livesOnChat(new SlackStage('socket'))
livesOnChat(new SlackStage('http'))
