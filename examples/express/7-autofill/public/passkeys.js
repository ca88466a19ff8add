// #region browser
import { create, get } from '/webauthn-json/webauthn-json.js';

async function post(path, body = {}) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.redirected) throw new Error('You are signed out. Please sign in again.');
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

const say = (words) => {
  document.querySelector('#told').textContent = words;
};
// #endregion

// #region ceremony
/** Runs a ceremony for a button, one at a time, and says how it failed. */
function onPress(selector, ceremony) {
  const button = document.querySelector(selector);
  button?.addEventListener('click', async () => {
    button.disabled = true;
    say('');
    await ceremony().catch((error) => say(wordsFor(error)));
    button.disabled = false;
  });
}

function wordsFor(error) {
  // Cancelled, timed out, or no passkey here: browsers do not say which, so that pages cannot find out.
  if (error.name === 'NotAllowedError') return 'No passkey was used. You can try again.';
  if (error.name === 'InvalidStateError') return 'This device already has a passkey for your account.';
  if (error.name === 'TypeError') return 'The server could not be reached. Please try again.';
  return error.message;
}
// #endregion

// #region create
async function createPasskey() {
  const options = await post('/passkeys/create/start');
  const answer = await create(options);
  await post('/passkeys/create/finish', answer);
  location.reload();
}

onPress('#create-passkey', createPasskey);
// #endregion

// #region autofill
const fourMinutes = 4 * 60_000;
let pressed = new AbortController();

/** Waits in the email field until somebody chooses a passkey there; before that nothing is said, whatever happens. */
async function offerInField() {
  if (!(await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
  try {
    // An older browser has no AbortSignal.any: there the button is left.
    const signal = AbortSignal.any([pressed.signal, AbortSignal.timeout(fourMinutes)]);
    const answer = await ask({ mediation: 'conditional', signal });
    await signInWith(answer).catch((error) => say(wordsFor(error)));
  } catch (error) {
    // The challenge is about to end: ask with a new one.
    if (error.name === 'TimeoutError') offerInField();
  }
}

if (document.querySelector('#sign-in')) offerInField();
// #endregion

// #region sign-in
async function ask(how) {
  const options = await post('/passkeys/sign-in/start');
  return get({ ...options, ...how });
}

async function signInWith(answer) {
  await post('/passkeys/sign-in/finish', answer);
  location.assign('/');
}

// One request at a time: the one in the field ends when the button is pressed, and comes back if that came to nothing.
onPress('#sign-in', async () => {
  pressed.abort();
  pressed = new AbortController();
  try {
    await signInWith(await ask());
  } catch (error) {
    offerInField();
    throw error;
  }
});
// #endregion
