// npm runs this before it packs the root of the repository, and it says no: what is packed there has no build in it, or
// one of some other day, and the manifest of development. Plain JavaScript: it must also say so in a fresh clone.
process.stderr.write(
  [
    'seaworthy: the root of the repository is not what is published, and not what can be installed.',
    'Build the package, and pack that:',
    '',
    '  npm run build && npm pack ./build/package',
    '',
    '',
  ].join('\n'),
)
process.exitCode = 1
