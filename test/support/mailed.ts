/** An application that sends mail, and what tests do with it: deliver, and read the newest letter. */
import type { ParsedMail } from 'mailparser';
import { startApp, type TestApp, type TestAppOptions } from './app.ts';
import { linkIn, type MailServer, startMailServer } from './mail-server.ts';

export type MailedApp = TestApp & {
  mail: MailServer;
  /** Delivers what is due. @returns what has come for an address, oldest first */
  mailsTo(email: string): Promise<ParsedMail[]>;
  /** Delivers what is due. @returns the path in the newest mail to an address */
  newestLink(email: string): Promise<string>;
};

export async function startMailedApp(options: TestAppOptions = {}): Promise<MailedApp> {
  const mail = await startMailServer();
  const running = await startApp({ ...options, env: { ...options.env, SMTP_URL: mail.url } });
  const mailsTo = async (email: string) => {
    await running.app.deliverMail();
    return mail.mailsTo(email);
  };
  return {
    ...running,
    mail,
    mailsTo,
    newestLink: async (email) => linkIn((await mailsTo(email)).at(-1)),
    close: async () => {
      await running.close();
      await mail.stop();
    },
  };
}
