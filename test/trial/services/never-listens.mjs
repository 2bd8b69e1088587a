process.on('SIGTERM', () => process.exit(3))
console.log('working')
setInterval(() => {}, 1000)
