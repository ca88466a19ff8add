/** Which challenges this app has handed out, and for what. In memory: several processes need a table (chapter 9). */
const pending = new Map();
const fiveMinutes = 5 * 60_000;

/** An answer of a passkey that the app does not accept. The message is for the log. */
export class Refusal extends Error {}

// #region remember
/** Keeps what a challenge was made for: the ceremony, the browser, and the user where there is one. */
export function remember(challenge, purpose) {
  const now = Date.now();
  for (const [old, { until }] of pending) if (until < now) pending.delete(old);
  pending.set(challenge, { purpose, until: now + fiveMinutes });
}
// #endregion

// #region spend
/** Takes the challenge that was answered out of the list. Nothing else happens in between, so one caller gets it. */
export function spend(answer, purpose) {
  const challenge = clientDataOf(answer)?.challenge;
  const kept = pending.get(challenge);
  pending.delete(challenge);
  if (!kept || kept.until < Date.now()) throw new Refusal('This challenge is not open.');
  if (kept.purpose !== purpose) throw new Refusal('This challenge was made for something else.');
}

/** What the browser signed. Whatever is sent instead is refused like any wrong answer. */
function clientDataOf(answer) {
  try {
    return JSON.parse(Buffer.from(answer.response.clientDataJSON, 'base64url'));
  } catch (cause) {
    throw new Refusal('This is no answer of a passkey.', { cause });
  }
}
// #endregion

// #region verified
/** Bit 2 of the flags, byte 32 of the authenticator data: the device has verified its user (PIN, finger, face). */
export function requireVerifiedUser(answer) {
  const flags = Buffer.from(String(answer.response.authenticatorData), 'base64url')[32];
  if ((flags & 0b100) === 0) throw new Refusal('The device has not verified its user.');
}
// #endregion
