import { drift } from '../scenario/drift.js'
import { labStage } from './stage.js'

drift('lab', () => labStage())
