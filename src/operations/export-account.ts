/** Taking one's data along. What is in the file is read by its page; here it is noted. */
import type { Asking, Operate, Source } from './operation.ts';

export function createExportAccount({ operate }: { operate: Operate }) {
  return {
    /** Notes that somebody takes their data along. @throws {AppError} `signed_out` */
    noteExport: (asking: Asking, source: Source): Promise<void> =>
      operate(source, async (act) => act.tell('data_exported', await act.asking(asking))),
  };
}
