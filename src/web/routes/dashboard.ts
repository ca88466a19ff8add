/** The dashboard. It renders whether or not the passkey service answers. */
import { AppError } from '../../errors.ts';
import type { Passkey } from '../../passkeys/passkey.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { type AppRouter, currentUser } from '../context.ts';
import { dashboardPage } from '../pages/dashboard-page.ts';
import { paths } from '../paths.ts';
import { takeFlash } from '../session.ts';

/** GET /dashboard. */
export function dashboardRoutes(router: AppRouter, passkeys: Passkeys): void {
  router.get(paths.dashboard, async (ctx) => {
    const user = currentUser(ctx);
    const listed = await listOrNull(passkeys, user.id);
    ctx.render(dashboardPage(user, listed, takeFlash(ctx) ?? ''));
  });
}

async function listOrNull(passkeys: Passkeys, userId: string): Promise<Passkey[] | null> {
  try {
    return await passkeys.listFor(userId);
  } catch (error) {
    if (error instanceof AppError && error.code === 'passkey_service_unavailable') return null;
    throw error;
  }
}
