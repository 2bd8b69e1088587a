// Writes 1 MiB and ends at once: what is not in the pipe by then is lost.
process.stdout.write(`${'z'.repeat(1023)}\n`.repeat(1024))
process.exit(0)
