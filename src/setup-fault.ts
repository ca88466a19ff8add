/**
 * Something around the application that waiting does not mend: a setting, a file, a directory. Knows no process; whoever
 * starts one shows the message and ends.
 */

/** Its message is for whoever runs the application: what is wrong, the setting to look at, and what to do. */
export class SetupFault extends Error {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = 'SetupFault';
  }
}

/** The code of what the file system threw, such as EACCES, for a sentence. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
