import { lifeOfASandbox } from '../scenario/life.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

lifeOfASandbox('simulated host', simulatedStage)
