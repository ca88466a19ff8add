// #region browser
import { create } from '/webauthn-json/webauthn-json.js';

async function post(path, body = {}) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

const say = (words) => {
  document.querySelector('#told').textContent = words;
};
// #endregion

// #region create
async function createPasskey() {
  const options = await post('/passkeys/create/start');
  const answer = await create(options);
  await post('/passkeys/create/finish', answer);
  say('Passkey created.');
}

document.querySelector('#create-passkey')?.addEventListener('click', createPasskey);
// #endregion
