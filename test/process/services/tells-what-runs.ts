// Says which Node runs it, and which flavour of the package it would get.
console.log('ready', process.version, import.meta.resolve('seaworthy'))
