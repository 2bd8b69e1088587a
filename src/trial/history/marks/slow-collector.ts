/** A block begins. `arm` is `healthy` or `slow`; it ends with the next, or with {@link BLOCKS_ENDED}. */
export const BLOCK_BEGAN = 'slow-collector.block.began'
/** The last block is over. */
export const BLOCKS_ENDED = 'slow-collector.blocks.ended'
/** How late the slow collector answers. */
export const EXPORT_DELAY_MS = 300
/** What was due so soon after a switch counts for neither arm: an export of the arm before may still be under way. */
export const UNCOUNTED_MS = 300
