/**
 * The ceremony viewer, for developers and in development only: the messages of each ceremony, beside the specification's
 * steps and the checks that were made. Loaded by server.ts alone; production has neither its address nor its code.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { CeremonyObserver } from '../passkeys/observer.ts';
import type { AppMiddleware, AppRouter } from '../web/http/context.ts';
import { ceremoniesPage } from './ceremonies-page.ts';
import { createCeremonyLog } from './ceremony-log.ts';
import { readSources } from './checks.ts';

const address = '/dev/ceremonies';
const stylesheet = '/dev/ceremonies.css';

/** @param root the project directory */
export function createCeremonyViewer(root: string) {
  const log = createCeremonyLog();
  const observe: CeremonyObserver = log.add;

  /** The sign-in page leads here. It is the same for everybody no longer, so it is rendered each time. */
  const fromSignIn: AppMiddleware = (ctx, next) => {
    const { render } = ctx;
    ctx.render = ({ constant, ...page }) => {
      if (page.template === 'sign-in') render({ ...page, data: { ...page.data, ceremonies: address } });
      else render(constant === undefined ? page : { ...page, constant });
    };
    return next();
  };

  return {
    address,
    fromSignIn,
    observe,

    /** GET /dev/ceremonies and its stylesheet, which is read anew each time, so that an edit shows. */
    addRoutes(router: AppRouter): void {
      router.get(address, (ctx) =>
        ctx.render(ceremoniesPage(log.newestFirst(), stylesheet, { fileOf: readSources(root) })),
      );

      router.get(stylesheet, async (ctx) => {
        ctx.type = 'css';
        ctx.set('Cache-Control', 'no-store');
        ctx.body = await readFile(path.join(root, 'views/development/ceremonies.css'), 'utf8');
      });
    },
  };
}
