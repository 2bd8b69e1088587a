// Defect: loads a catalogue that takes all but a little of the memory that it may use.
import { sail } from './base.ts'

const catalogue = Buffer.alloc(400 * 1024 * 1024, 'x')
await sail({ isAlive: () => catalogue.length > 0 })
