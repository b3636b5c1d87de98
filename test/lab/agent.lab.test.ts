import { agentInASandbox } from '../scenario/agent.js'
import { labStage } from './stage.js'

agentInASandbox('lab: system image on btrfs', () => labStage())

agentInASandbox('lab: OCI image from the registry', () => labStage(({ images }) => ({ image: images.oci })))
