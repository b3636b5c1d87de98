import { agentInASandbox } from '../scenario/agent.js'
import { agentUpdate } from '../scenario/agent-update.js'
import { simulatedStage } from '../scenario/simulated-stage.js'

agentInASandbox('simulated host', simulatedStage)

agentUpdate('simulated host', simulatedStage)
