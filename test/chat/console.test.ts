import { ConsoleStage } from './console-stage.js'
import { keepsTheContract } from './contract.js'
import { livesOnChat } from './scenario.js'

keepsTheContract(new ConsoleStage())
livesOnChat(new ConsoleStage())
