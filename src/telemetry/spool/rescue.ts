import type { JournalWriter } from './journal-writer.ts'
import { readRecord } from './read-record.ts'
import type { Segment } from './segment.ts'

/** Read before the next ones are: so much of it is in memory at a time. */
const MAX_AT_ONCE_BYTES = 1024 * 1024

/**
 * Somebody has deleted the files under a running spool. They are open, so everything in them can be read as long as this
 * process lives: it is written anew, to the directory that has taken the place of the deleted one. Where that fails, too,
 * the chunks stay readable where they are. Never rejects.
 */
export async function rescue(segments: readonly Segment[], writer: JournalWriter): Promise<void> {
  for (const segment of segments) {
    let atOnceBytes = 0
    for (const entry of Array.from(segment.unsettled)) {
      if (entry.state !== 'stored') continue
      const bytes = await readRecord(entry)
      // Of a damaged one, whoever reads it is told; and it may have been delivered meanwhile.
      if (bytes === undefined || !segment.unsettled.has(entry)) continue
      entry.bytes = bytes
      entry.state = 'waiting'
      writer.append(entry)
      atOnceBytes += entry.byteLength
      if (atOnceBytes < MAX_AT_ONCE_BYTES) continue
      await writer.flush()
      atOnceBytes = 0
    }
    await writer.flush()
    if (segment.unsettled.size === 0) segment.dispose()
  }
}
