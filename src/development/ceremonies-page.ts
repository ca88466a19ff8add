/** The page of the ceremony viewer: every word, and what is decoded. Must not know where ceremonies come from. */
import { paths } from '../paths.ts';
import type { Page } from '../web/http/views.ts';
import { decodeClaims, decodeCredential, decodeOptions, type Section } from './ceremony-decoder.ts';
import type { Ceremony } from './ceremony-log.ts';

const names: Record<Ceremony['purpose'], string> = {
  register: 'Registration',
  upgrade: 'Automatic registration',
  login: 'Sign-in',
  reauth: 'Confirmation',
  'second factor': 'Second factor',
  confirmation: 'Signed confirmation',
  'second factor registration': 'Registration of a second factor',
};

/** @param stylesheet where the page's own stylesheet is served */
export function ceremoniesPage(ceremonies: readonly Ceremony[], stylesheet: string): Page {
  return {
    template: '/development/ceremonies',
    title: 'Ceremonies',
    data: {
      stylesheet,
      home: paths.home,
      dashboard: paths.dashboard,
      login: paths.login,
      ceremonies: ceremonies.map((ceremony, at) => ({ ...shown(ceremony), open: at === 0 })),
    },
  };
}

function shown(ceremony: Ceremony) {
  const { purpose, start, finish } = ceremony;
  return {
    name: names[purpose],
    outcome: finish?.outcome ?? 'started, not finished',
    tone: toneOf(finish?.outcome),
    times: [
      ...(start ? [{ what: 'Started', at: start.at.toISOString() }] : []),
      ...(finish ? [{ what: 'Finished', at: finish.at.toISOString() }] : []),
    ],
    sections: sectionsOf(ceremony),
    withoutStart: !start,
    withoutToken: finish !== undefined && !finish.claims,
  };
}

function toneOf(outcome: string | undefined): string {
  if (outcome === undefined) return 'waiting';
  return outcome === 'accepted' ? 'accepted' : 'refused';
}

function sectionsOf({ purpose, start, finish }: Ceremony): Section[] {
  return [
    ...(start ? [decodeOptions(purpose, start.publicKey)] : []),
    ...(finish ? decodeCredential(purpose, finish.credential, start?.publicKey) : []),
    ...(finish?.claims ? [decodeClaims(purpose, finish.claims)] : []),
  ];
}
