/** The page of the ceremony viewer: every word, and what is decoded. Must not know where ceremonies come from. */
import { paths } from '../paths.ts';
import type { Page } from '../web/http/views.ts';
import { decodeClaims, decodeCredential, decodeOptions, type Section } from './ceremony-decoder.ts';
import type { Ceremony } from './ceremony-log.ts';
import { type Check, checksOf, type FileOf } from './checks.ts';
import { linked, specification } from './specification-links.ts';
import { kindOf } from './specification-steps.ts';
import { ticketOf } from './ticket.ts';
import { asSent } from './wire.ts';

const names: Record<Ceremony['purpose'], string> = {
  register: 'Registration',
  upgrade: 'Automatic registration',
  'sign-in': 'Sign-in',
  reauth: 'Confirmation',
  'second factor': 'Second factor',
  confirmation: 'Signed confirmation',
  'second factor registration': 'Registration of a second factor',
};

/** Who is watched: this application, or an app of somebody's own through the API that it asks. */
export type Watched = { fileOf: FileOf } | 'another app';

type Part = {
  title: string;
  /** What stands below the title. */
  note: string;
  sections: { title: string; rows: (Section['rows'][number] & { link: ReturnType<typeof linked> })[] }[];
  checks: Check[];
  /** JSON as it was sent; `''` for none. */
  sent: string;
};

/** @param stylesheet where the page's own stylesheet is served */
export function ceremoniesPage(ceremonies: readonly Ceremony[], stylesheet: string, watched: Watched): Page {
  const all = ceremonies.map((ceremony) => shown(ceremony, watched));
  const over = all.filter(({ isOver }) => isOver);
  return {
    template: '/development/ceremonies',
    title: 'Ceremonies',
    data: {
      specification,
      ownApp: watched !== 'another app',
      stylesheet,
      home: paths.home,
      dashboard: paths.dashboard,
      login: paths.login,
      over: over.map((ceremony, at) => ({ ...ceremony, open: at === 0 })),
      waiting: all.filter(({ isOver }) => !isOver).map((ceremony) => ({ ...ceremony, open: false })),
    },
  };
}

function shown(ceremony: Ceremony, watched: Watched) {
  const { purpose, start, finish } = ceremony;
  return {
    isOver: finish !== undefined,
    name: names[purpose],
    outcome: finish?.outcome ?? unfinished(purpose),
    tone: toneOf(finish?.outcome),
    times: [
      ...(start ? [{ what: 'Started', at: start.at.toISOString() }] : []),
      ...(finish ? [{ what: 'Finished', at: finish.at.toISOString() }] : []),
    ],
    parts: partsOf(ceremony, watched),
    withoutStart: !start,
  };
}

/** What the browser did with the options it tells nobody. Autofill begins a sign-in that nobody has asked for. */
function unfinished(purpose: Ceremony['purpose']): string {
  return kindOf[purpose] === 'creation' && purpose !== 'upgrade'
    ? 'started; cancelled, or refused by the device, unless it is still open'
    : 'started, not finished';
}

function toneOf(outcome: string | undefined): string {
  if (outcome === undefined) return 'waiting';
  return outcome === 'accepted' ? 'accepted' : 'refused';
}

/** The four messages, and what is made of them in between. */
function partsOf(ceremony: Ceremony, watched: Watched): Part[] {
  const { purpose, start, finish } = ceremony;
  const app = watched !== 'another app';
  return [
    part('1. The browser wants to begin', {
      note: app
        ? 'It says no more than that. Who it is for is in the session.'
        : 'What the browser said is known to your app alone; the app has asked the API.',
      sent: app ? asSent({ start: true }) : '',
    }),
    ...(start
      ? [
          part('2. Options, with a challenge', {
            sections: [decodeOptions(purpose, start.publicKey)],
            sent: asSent({ publicKey: start.publicKey }),
          }),
        ]
      : []),
    ...(app && start ? [part('The ticket', { note: ticketOf(start.at, purpose, finish) })] : []),
    ...(finish
      ? [
          part('3. The answer of the device', {
            sections: decodeCredential(purpose, finish.credential, start?.publicKey),
            sent: asSent(app ? { finish: true, credential: finish.credential } : finish.credential),
          }),
          ...(app ? [part('The checks', { checks: checksOf(finish.outcome, watched.fileOf) })] : []),
          tokenPart(ceremony, finish),
        ]
      : []),
  ];
}

function tokenPart({ purpose }: Ceremony, { claims }: NonNullable<Ceremony['finish']>): Part {
  return part('4. The token of the API', {
    note: claims
      ? 'The app verifies it, and the browser never sees it. These are its claims.'
      : 'No token claims: no token of the passkey API was verified.',
    sections: claims ? [decodeClaims(purpose, claims)] : [],
  });
}

type Content = { note?: string; sections?: Section[]; checks?: Check[]; sent?: string };

function part(title: string, { note = '', sections = [], checks = [], sent = '' }: Content): Part {
  return {
    title,
    note,
    checks,
    sent,
    sections: sections.map((section) => ({
      ...section,
      rows: section.rows.map((row) => ({ ...row, link: linked(row.step) })),
    })),
  };
}
