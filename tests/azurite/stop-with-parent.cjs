// Loaded before Azurite: standard input is a pipe that the parent holds open. At its end the parent is gone, however it
// ended, and nothing is left to serve.
process.stdin.on('close', () => process.kill(process.pid, 'SIGKILL'));
process.stdin.resume();
