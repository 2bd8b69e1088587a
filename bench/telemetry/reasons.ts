const PARTS_OF_10 =
  'Of the 3 to 3.4 µs, by switching off one part at a time: about 0.8 is pino writing the three fields that tie a line to its trace, 0.5 the observation of the server with the context of Node, 0.3 the sampled tenth, 0.25 to 0.5 that there is an HTTP client in the process at all (see bare `node:http` that posts: the stream code of Node then serves two kinds of sockets), 0.2 the ids; the rest are metrics.'
const PARTS_OF_100 =
  'As at 10 %, and about 1.2 µs for a span with its attributes, encoded once at its end. In are templates of repeating attributes, ids as bytes until somebody asks for text, and no object where nothing is sampled; a thread that sends showed no gain in a prototype.'
const SCALED = 'The target is scaled from a machine on which bare takes four times as long, most of it in the kernel.'
const IN_PROCESS =
  'What is left of ours is the context of Node, two readings of the clock, an id and, where sampled, the encoding. The profile is flat: no function of ours has more than a few per cent.'
const LATENCY =
  'Each of the 50 connections always has a request under way, so an answer takes longer as throughput falls: that alone makes 1.3. The rest was not taken apart; bodies that are sent between requests and collections of garbage are in it.'

/**
 * Why a target is missed, and what was tried: the only text of the page that is written by hand. By the id of the target (see
 * `targets.ts`), or by the major version of Node and the id where it differs: `'26 throughput-10'`. Shown only where the
 * measurement misses the target.
 */
export const REASONS: Readonly<Record<string, string>> = {
  'throughput-10': PARTS_OF_10,
  'cpu-10': `${SCALED} What it is made of, see above.`,
  'in-process-10': IN_PROCESS,
  'throughput-100': PARTS_OF_100,
  'cpu-100': `${SCALED} What it is made of, see above.`,
  'p99-100': LATENCY,
  'in-process-100': IN_PROCESS,
  'start-up':
    'Two thirds are Node compiling and linking modules. The package is bundled into few files, and what a service does not use is not loaded; a snapshot or a compile cache would need a flag, or a place to write.',
  'rss-after-load':
    'About 20 MiB are there at the first answer. Of what load adds beyond bare, half is the young generation of V8 (27 MiB beside 7.5, see the profile), which grows with what survives a collection: chunks and contexts of requests under way. `--max-semi-space-size` bounds it.',
  pauses:
    'Single turns, not found again in each run (the other Node here has none). Which turns export makes longer, and how many of them are collections of garbage, is on [a page of its own](export-pauses.md).',
}
