import { OptionReader } from '../../core/option-reader.ts'
import { LOG_LEVELS } from '../../logging/log-level.ts'
import type { Logging } from '../../logging/logging.ts'
import { checkLevels } from '../../logging/run-time-levels.ts'
import type { RuntimeSettings } from './runtime-settings.ts'
import type { SettingsPart } from './settings-part.ts'

/** `logLevel` and `loggers`: what lasts, under what a person has set for a while. */
export function logSettings(logging: () => Logging): SettingsPart {
  const levels = ({ logLevel: level, loggers }: RuntimeSettings) => ({ level, loggers })
  return {
    names: ['logLevel', 'loggers'],
    check({ logLevel, loggers }) {
      const read = new OptionReader({ logLevel }, 'log')
      if (logLevel !== undefined) read.oneOf('logLevel', LOG_LEVELS)
      read.value('logLevel')
      read.done()
      checkLevels({ loggers })
    },
    apply: (settings) => logging().setLevels(levels(settings)),
  }
}
