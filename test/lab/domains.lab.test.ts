import { domains } from '../scenario/domains.js'
import { labStage } from './stage.js'

domains('lab', () => labStage())
