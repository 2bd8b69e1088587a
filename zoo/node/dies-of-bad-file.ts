// Defect: a configuration that can't be read ends it.
import { sail } from './base.ts'
import { colourParts, readColour, setColour } from './colour.ts'

await sail(colourParts(() => setColour(readColour())))
