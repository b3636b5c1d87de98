import { agentInASandbox } from '../scenario/agent.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

agentInASandbox('simulated host', simulatedStage)
