import { fewWrites } from '../scenario/few-writes.js'
import { shortStreamCloseDelay } from '../scenario/stream-close-delay.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

fewWrites('simulated host', simulatedStage)

shortStreamCloseDelay('simulated host', simulatedStage)
