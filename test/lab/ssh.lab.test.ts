import { sshIntoASandbox } from '../scenario/ssh.js'
import { labStage } from './stage.js'

sshIntoASandbox('lab', () => labStage())
