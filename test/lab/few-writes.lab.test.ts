import { fewWrites } from '../scenario/few-writes.js'
import { shortStreamCloseDelay } from '../scenario/stream-close-delay.js'
import { labStage } from './stage.js'

fewWrites('lab', () => labStage())

shortStreamCloseDelay('lab', () => labStage())
