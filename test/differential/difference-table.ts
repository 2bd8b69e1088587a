import { markdownTable } from '../../scripts/markdown-table.ts'
import { DOOR_DIFFERENCES } from './doors.ts'
import { KNOWN_DIFFERENCES } from './known-differences.ts'
import { SETTING_DIFFERENCES } from './setting-differences.ts'

/** What the guide says of the differences, in its own words there and here. */
export function differenceTable(): string {
  return markdownTable(
    ['what differs', 'where', 'why'],
    [
      ...KNOWN_DIFFERENCES.map(({ setUps, title, reason }) => [
        title,
        setUps.includes('engine') ? 'everywhere' : 'what Seaworthy observes',
        reason,
      ]),
      ...DOOR_DIFFERENCES.map(({ doors, title, reason }) => [
        title,
        doors.map((name) => (name === 'createService' ? '`createService()`' : `\`${name}\``)).join(', '),
        reason,
      ]),
    ],
  )
}

/** The same of the variables. */
export function settingTable(): string {
  return markdownTable(
    ['variable', 'what differs', 'why'],
    SETTING_DIFFERENCES.map(({ variable, title, reason }) => [variable, title, reason]),
  )
}
