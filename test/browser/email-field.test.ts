/** The email field of a browser and the server are of one opinion, so that nobody is refused what their browser has taken. */
import { expect, it } from 'vitest';
import { emailAddress } from '../../src/accounts/email-address.ts';
import { paths } from '../../src/paths.ts';
import { useStage } from './support/stage.ts';
import { field } from './support/steps.ts';

const stage = useStage();

const typed = [
  'ada@example.com',
  'Ada@Example.COM',
  ' ada@example.com ',
  'ada+tag@sub.example.co.uk',
  'a&b@example.com',
  "o'neil@example.com",
  'a!#$%*/=?^_`{|}~b@example.com',
  'a..b@example.com',
  '.ada@example.com',
  'ada.@example.com',
  'ada@a.b',
  'ada@1.example',
  'ada@127.0.0.1',
  'ada@[127.0.0.1]',
  'ada@example.com.',
  'ada@example..com',
  'ada@my_host.example',
  'ada@-example.com',
  'ada@example-.com',
  'ada@a--b.example',
  '"ada king"@example.com',
  'ada king@example.com',
  'ada',
  'ada@',
  '@example.com',
  'ada@eve@example.com',
  'ada,eve@example.com',
  'ada(x)@example.com',
  `ada@${'a'.repeat(63)}.example`,
  `ada@${'a'.repeat(64)}.example`,
  `${'a'.repeat(65)}@example.com`,
  'user@пример.рф',
  'User@ПРИМЕР.РФ',
  'user@xn--e1afmkfd.xn--p1ai',
  'user@bücher.example',
  'user@例え.テスト',
  'user@пример.рф.',
  'müller@example.com',
  'аda@example.com',
];

/** What the browser sends of it, whether it takes it, and what the server thinks of both. */
type Opinion = { text: string; taken: boolean; sent: string | undefined; raw: string | undefined };

it('what the field takes, with a dot in the domain, is an address; what it does not take is none', async () => {
  const { page, open } = await stage.visit();
  await open(paths.login);
  const input = field(page, 'Email');
  // As a person types or pastes it: what a script sets is taken as it is.
  const seen = await input.evaluate(
    (element: HTMLInputElement, typed) =>
      typed.map((text) => {
        element.select();
        document.execCommand(text ? 'insertText' : 'delete', false, text);
        return { text, value: element.value, taken: element.validity.valid };
      }),
    typed,
  );
  const opinions: Opinion[] = seen.map(({ text, value, taken }) => {
    const [sent, raw] = [value, text].map((each) => emailAddress.safeParse(each).data);
    return { text, taken, sent, raw };
  });
  const disagreed = opinions.filter(({ taken, sent, raw }) => taken !== (sent !== undefined) || sent !== raw);
  expect(disagreed).toEqual([]);
});
