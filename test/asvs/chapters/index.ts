/** Every requirement of OWASP ASVS 5.0.0 of the levels 1 and 2, and those of level 3 that tests show. */
import type { Requirements } from '../requirement.ts';
import { encoding } from './v01-encoding.ts';
import { validation } from './v02-validation.ts';
import { frontend } from './v03-frontend.ts';
import { api } from './v04-api.ts';
import { files } from './v05-files.ts';
import { authentication } from './v06-authentication.ts';
import { sessions } from './v07-sessions.ts';
import { authorization } from './v08-authorization.ts';
import { tokens } from './v09-tokens.ts';
import { oauth } from './v10-oauth.ts';
import { cryptography } from './v11-cryptography.ts';
import { communication } from './v12-communication.ts';
import { configuration } from './v13-configuration.ts';
import { data } from './v14-data.ts';
import { coding } from './v15-coding.ts';
import { logging } from './v16-logging.ts';
import { webrtc } from './v17-webrtc.ts';

export const chapters: Readonly<Record<string, Requirements>> = {
  'V1 Encoding and cleaning': encoding,
  'V2 Validation and business logic': validation,
  'V3 Web front end': frontend,
  'V4 API and web service': api,
  'V5 Files': files,
  'V6 Authentication': authentication,
  'V7 Sessions': sessions,
  'V8 Authorization': authorization,
  'V9 Self-contained tokens': tokens,
  'V10 OAuth and OpenID Connect': oauth,
  'V11 Cryptography': cryptography,
  'V12 Communication': communication,
  'V13 Configuration': configuration,
  'V14 Data': data,
  'V15 Code and architecture': coding,
  'V16 Log and errors': logging,
  'V17 WebRTC': webrtc,
};

export const requirements: Requirements = Object.assign({}, ...Object.values(chapters));
