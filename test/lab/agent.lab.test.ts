import { agentInASandbox } from '../scenario/agent.js'
import { agentUpdate } from '../scenario/agent-update.js'
import { labStage } from './stage.js'

agentInASandbox('lab: system image on btrfs', () => labStage())

agentUpdate('lab', () => labStage())

agentInASandbox('lab: OCI image from the registry', () => labStage(({ images }) => ({ image: images.oci })))
