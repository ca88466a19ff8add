/**
 * SimpleWebAuthn fetches the revocation list that a certificate names, for `android-key` before it has looked who
 * signed the certificate. Here the caller made both certificates and names an address.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { insertChallenge } from '../../../src/passkey-api/challenge-store.ts';
import { ensureUser } from '../../../src/passkey-api/user-store.ts';
import { post, refusalOf } from '../../contract/support/client.ts';
import { type EmbeddedServer, origin, startEmbedded } from '../../contract/support/server.ts';

/** A statement is bound to its challenge, so the challenge is as fixed as the statement. */
const challenge = 'the-challenge-of-the-revocation-list-fixture';

/** Two certificates good until 2099; the first names http://revocation.test/internal. */
const attestationObject = [
  'o2NmbXRrYW5kcm9pZC1rZXlnYXR0U3RtdKNjYWxnJmNzaWdIAAAAAAAAAABjeDVjglkBtzCCAbMwggFZoAMCAQICAQIwCgYIKoZI',
  'zj0EAwIwDzENMAsGA1UEAxMERXZpbDAgFw0yNjAxMDEwMDAwMDBaGA8yMDk5MTIzMTAwMDAwMFowDzENMAsGA1UEAxMEbGVhZjBZ',
  'MBMGByqGSM49AgEGCCqGSM49AwEHA0IABMVxU0Zml7i6K5EzN6jLSERb64qS3vXpGoApfnZKO7dEozjiFYrFUFDNp-puuY9d88D5',
  'kK1PpRdCvLeJjprxK4yjgaMwgaAwMAYDVR0fBCkwJzAloCOgIYYfaHR0cDovL3Jldm9jYXRpb24udGVzdC9pbnRlcm5hbDAfBgNV',
  'HSMEGDAWgBSqCyZBfQR5OvOmoHZdaLfLERSMDzBLBgorBgEEAdZ5AgERBD0wOwIBAgoBAAIBAgoBAAQgIQgDDp0VbUXWXKa5162R',
  'cd6ln9Vapd5Tt1WPRy_aJboEADAAMAehBTEDAgECMAoGCCqGSM49BAMCA0gAMEUCIHyTDAPHl1okdWBBUb3FrlaWTJ6LAtSp0xoU',
  'QVQQgsCNAiEAjdnuJ8DnhoisLjyIPL1xvHLhtHjoNiZEyIA8umEnvp5ZASEwggEdMIHFoAMCAQICAQEwCgYIKoZIzj0EAwIwDzEN',
  'MAsGA1UEAxMERXZpbDAgFw0yNjAxMDEwMDAwMDBaGA8yMDk5MTIzMTAwMDAwMFowDzENMAsGA1UEAxMERXZpbDBZMBMGByqGSM49',
  'AgEGCCqGSM49AwEHA0IABML4uNArs22ZdRna8eObBT4xhwPvF8hIMTNV2J9F5WrrQMDI2HKmWz-F6MBVDndyPE16RP7n53iHGgzm',
  'Si5vFIajEDAOMAwGA1UdEwQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgVpdmAS8YEe1U97Kt5gQxT72djs1n1yZSzxf1fR0DknYC',
  'IHSlgatvN8_r3gsXbRNuLQmmdoXjMYntvu3xX-NFkFgKaGF1dGhEYXRhWJRJlg3liA6MaHQ0Fw9kdmBbj-SuuaKGMseZXPO6gx2X',
  'Y0UAAAAAAAAAAAAAAAAAAAAAAAAAAAAQCQkJCQkJCQkJCQkJCQkJCaUBAgMmIAEhWCDFcVNGZpe4uiuRMzeoy0hEW-uKkt716RqA',
  'KX52Sju3RCJYIKM44hWKxVBQzafqbrmPXfPA-ZCtT6UXQry3iY6a8SuM',
].join('');

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());

test('no address inside a certificate is ever asked', async () => {
  const scope = { db: server.db, tenantId: server.tenantId };
  await ensureUser(scope, 'u');
  await insertChallenge(scope, challenge, {
    operation: 'registration',
    userId: 'u',
    allowedCredentials: null,
    expiresAt: Date.now() + 60_000,
  });
  const clientData = JSON.stringify({ type: 'webauthn.create', challenge, origin });
  const clientDataJSON = Buffer.from(clientData).toString('base64url');
  const outgoing = vi.spyOn(globalThis, 'fetch');
  const body = {
    id: 'CQkJCQkJCQkJCQkJCQkJCQ',
    type: 'public-key',
    response: { clientDataJSON, attestationObject },
  };
  const answer = await post(server, '/registration/finalize', body, { key: null });
  const details = 'Invalid attestation format';
  expect(refusalOf(answer)).toEqual({ status: 400, title: 'failed to validate attestation', details });
  expect(outgoing.mock.calls.map(([url]) => String(url))).toEqual([expect.stringContaining(server.baseUrl)]);
  outgoing.mockRestore();
});
