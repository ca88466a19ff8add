import { outside, type Requirements } from '../requirement.ts';

const reason = 'there is no WebRTC';

export const webrtc: Requirements = {
  '17.1.1': outside(2, 'TURN reaches no reserved addresses', reason),
  '17.2.1': outside(2, 'The key of DTLS is kept as documented', reason),
  '17.2.2': outside(2, 'DTLS has approved ciphers', reason),
  '17.2.3': outside(2, 'SRTP is authenticated', reason),
  '17.2.4': outside(2, 'Malformed SRTP stops nothing', reason),
  '17.3.1': outside(2, 'Signalling survives a flood', reason),
  '17.3.2': outside(2, 'Malformed signalling stops nothing', reason),
};
