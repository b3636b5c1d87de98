import { drift } from '../scenario/drift.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

drift('simulated host', simulatedStage)
