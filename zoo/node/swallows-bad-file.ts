// Defect: a configuration that can't be read is passed over in silence.
import { log, sail } from './base.ts'
import { colourParts, readColour, setColour } from './colour.ts'

await sail(
  colourParts(() => {
    try {
      setColour(readColour())
      log.info('taken')
    } catch {
      // Nobody hears of it.
    }
  }),
)
