/**
 * What the doctor finds at the address that people see: whether it leads to this deployment, and counts as https where
 * it is. Asks nothing but the probe of the process; what cannot be reached from here may still be reached by people.
 */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Config } from '../config.ts';
import { provesDeployment } from '../deployment-proof.ts';
import { paths } from '../paths.ts';
import { certificateFault } from './certificate-fault.ts';
import { type Finding, findingsAbout } from './finding.ts';

/** Milliseconds for an answer. */
const patience = 5_000;

const probe = z.object({
  status: z.literal('ok'),
  proof: z.string().optional(),
  https: z.boolean().optional(),
});

const { ok, warning, fault } = findingsAbout('address');

/** Asks a question there that only a process with these secret keys can answer. */
export async function checkAddress({
  origin,
  secure,
  secretKeys,
}: Pick<Config, 'origin' | 'secure' | 'secretKeys'>): Promise<Finding> {
  const nonce = randomBytes(24).toString('base64url');
  const url = `${origin}${paths.health}?nonce=${nonce}`;
  let answer: Response;
  try {
    answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(patience) });
  } catch (error) {
    return unreached(origin, error);
  }
  const location = answer.headers.get('Location');
  if (location !== null && URL.canParse(location, url)) return moved(origin, new URL(location, url));
  const { proof, https, status } = await said(answer);
  if (status !== 'ok') return foreign(origin, answer.status);
  if (!proof || !provesDeployment(secretKeys, nonce, proof))
    return fault(
      `${origin} leads to another copy, with other SECRET_KEYS or of another release. Look at ORIGIN, and where the proxy sends to.`,
    );
  if (secure && !https)
    return fault(
      `${origin} leads here, and what comes from there counts as plain http: no page is shown. Set TRUST_PROXY to the address of the proxy, and let it set X-Forwarded-Proto.`,
    );
  return ok(`${origin} leads here`);
}

/** What the probe of this application says; anything else is empty. */
async function said(answer: Response): Promise<Partial<z.infer<typeof probe>>> {
  const told = await answer.json().catch(() => null);
  return probe.safeParse(told).data ?? {};
}

function moved(origin: string, to: URL): Finding {
  if (to.origin + to.pathname === origin + paths.health)
    return fault(
      `${origin} redirects to itself: the proxy takes https for http. Look at what stands before it, and at its rules.`,
    );
  return fault(`${origin} sends on to ${to.origin}. Set ORIGIN to the address at which people end up.`);
}

function foreign(origin: string, status: number): Finding {
  if (status >= 500)
    return fault(
      `${origin} answers ${status}: the proxy does not reach the server. Look whether it runs, and at HOST and PORT.`,
    );
  return fault(
    `${origin} leads to another site, or /healthz is closed there (${status}). Look at ORIGIN, and where the proxy sends to.`,
  );
}

/** TLS that browsers would refuse is a fault; what is only down, or out of reach from here, a warning. */
function unreached(origin: string, error: unknown): Finding {
  const { name, cause } = error as { name: string; cause?: { code?: string } };
  const code = cause?.code ?? '';
  const certificate = certificateFault(code);
  if (certificate === 'untrusted')
    return fault(
      `${origin} has a certificate of nobody whom this machine trusts (${code}): browsers have no passkeys there. Get one from a public authority, or name your own authority in NODE_EXTRA_CA_CERTS.`,
    );
  if (certificate === 'bad')
    return fault(
      `${origin} has a certificate that is not good (${code}): expired, or for another name. Renew it.`,
    );
  if (/SSL|EPROTO/.test(code))
    return fault(`${origin} does not speak TLS (${code}). Look at ORIGIN, and at the proxy.`);
  if (/^(ENOTFOUND|EAI_)/.test(code))
    return warning(
      `${origin} has a name that is not known here (${code}). Look at ORIGIN, and at the name server.`,
    );
  if (code === 'ECONNREFUSED')
    return warning(`nobody listens at ${origin} (${code}). Start the server, and the proxy in front of it.`);
  const reason = name === 'TimeoutError' ? 'too late' : code || 'broken off';
  return warning(
    `${origin} does not answer (${reason}). Look at the proxy, and whether this machine may reach it.`,
  );
}
