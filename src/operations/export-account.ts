/** Taking one's data along. What is in the file is read by its page; here it is noted. */
import type { Operate, Requester, Source } from './operation.ts';

export function createExportAccount({ operate }: { operate: Operate }) {
  return {
    /** Notes that somebody takes their data along. @throws {AppError} `signed_out` */
    noteExport: (requester: Requester, source: Source): Promise<void> =>
      operate(source, async (act) => act.tell('data_exported', await act.lockAccountOf(requester))),
  };
}
