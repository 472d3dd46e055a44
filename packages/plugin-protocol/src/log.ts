/** Writes one line where Packer's log shows it: a plugin's stderr. */
export function logError(message: string): void {
  process.stderr.write(`[ERROR] ${message}\n`);
}
