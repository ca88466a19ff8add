/** Changing and setting one's password, for whoever has proved lately who they are. */
import * as z from 'zod';
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../http/context.ts';
import { rememberDevice } from '../http/device-cookie.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { choosePassword } from './chosen-password.ts';
import { passwordPage } from './password-page.ts';
import { passwordSetWords } from './password-words.ts';

type Dependencies = {
  operations: Operations;
  formLimit: AppMiddleware;
  origin: string;
  secure: boolean;
};

const passwordForm = z.object({ password: z.string().catch('') });

/** GET and POST of /settings/password. */
export function passwordRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, formLimit, origin, secure } = dependencies;
  const recentProof = requireRecentProof(secure);

  router.get(paths.password, recentProof, (ctx) =>
    ctx.render(passwordPage(visitorOf(ctx), currentUser(ctx).hasPassword)),
  );

  const again = comesBack((ctx, refusal) =>
    ctx.render(passwordPage(visitorOf(ctx), currentUser(ctx).hasPassword, '', refusal)),
  );

  router.post(paths.password, recentProof, again, formLimit, async (ctx) => {
    const { data } = parseForm(ctx, passwordForm);
    const { email, hasPassword } = currentUser(ctx);
    const chosen = await choosePassword(data?.password ?? '', { email, origin, address: ctx.state.address });
    if ('problem' in chosen) {
      ctx.status = 422;
      ctx.render(passwordPage(visitorOf(ctx), hasPassword, chosen.problem));
      return;
    }
    const { user, had } = await operations.changePassword(
      requesterOf(ctx),
      chosen.passwordHash,
      sourceOf(ctx),
    );
    rememberDevice(ctx, user, secure);
    back(ctx, passwordSetWords(had));
  });
}

function back(ctx: AppContext, notice: string): void {
  leave(ctx, 'flash', notice);
  seeOther(ctx, paths.security);
}
