// Makes this process look like one of Node 20 to what comes after it: by its version, and by what it does not have.
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
delete Promise.withResolvers
