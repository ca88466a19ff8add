/** Where a section of WebAuthn Level 3 begins, so that a step can be read where it was written. Knows no fields. */

export const specification = 'https://www.w3.org/TR/webauthn-3/';

const anchors: Readonly<Record<string, string>> = {
  '5.1': 'iface-pkcredential',
  '5.4': 'dictionary-makecredentialoptions',
  '5.4.1': 'dictionary-pkcredentialentity',
  '5.4.3': 'dictionary-user-credential-params',
  '5.4.4': 'dictionary-authenticatorSelection',
  '5.5': 'dictionary-assertion-options',
  '5.8.1': 'dictionary-client-data',
  '6.1': 'sctn-authenticator-data',
  '6.5.1': 'sctn-attested-credential-data',
  '7.1': 'sctn-registering-a-new-credential',
  '7.2': 'sctn-verifying-assertion',
};

export type LinkedStep = {
  /** Such as "7.1 step 8"; `''` where no step looks. */
  number: string;
  /** Null where it is none of the specification. */
  href: string | null;
  /** What it demands, with the colon before it. */
  words: string;
};

/** @param step as specification-steps.ts has it, such as "7.1 step 8: the client data repeats it" */
export function linked(step: string): LinkedStep {
  const colon = step.indexOf(':');
  const number = step.slice(0, Math.max(colon, 0));
  const anchor = anchors[number.split(' ')[0] ?? ''];
  return {
    number,
    href: anchor ? `${specification}#${anchor}` : null,
    words: step.slice(Math.max(colon, 0)),
  };
}
