import { domains } from '../scenario/domains.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

domains('simulated host', simulatedStage)
