import { simulatedStage } from '../scenario/simulated-stage.js'
import { sshIntoASandbox } from '../scenario/ssh.js'

sshIntoASandbox('simulated host', simulatedStage)
