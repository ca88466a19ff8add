/** One look for all mails, as text and as HTML. Knows templates; must not know what a mail says. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Eta } from 'eta';
import { brand } from '../brand.ts';
import { cleaned, inHtml, inPlainText } from '../names.ts';
import type { Message } from './mailer.ts';

/** Characters in a line of text: quoted once or twice, it still fits into 80 (RFC 3676, section 4.2). */
const lineLength = 72;

/** A link with the words on its button. */
type Link = { text: string; url: string };

export type MessageContent = {
  subject: string;
  /** The first one says what the mail is about, and is its heading. */
  paragraphs: string[];
  /** Such as when and where something happened. */
  facts?: { name: string; text: string }[];
  action?: Link;
  afterwards?: string[];
  /** For whoever did not do what the mail tells. */
  notMe?: { question: string; paragraph: string; action: Link };
};

export type MessageRenderer = (content: MessageContent) => Omit<Message, 'to'>;

/**
 * @param root the project directory, with views/mail in it
 * @returns lays out a mail; every piece of it is plain text and stays what it is, whatever markup or lines are in it
 */
export function createMessageRenderer(root: string): MessageRenderer {
  const views = path.join(root, 'views/mail');
  const html = new Eta({ views, cache: true, autoTrim: ['nl', false] });
  const { escapeFunction } = html.config;
  html.config.escapeFunction = (value) => inHtml(escapeFunction(value));
  const text = new Eta({ views, cache: true, autoEscape: false, autoTrim: false });
  const mark = { id: 'mark@mail', png: readFileSync(path.join(views, 'mark.png')) };
  return ({ subject: words, paragraphs, facts = [], action = null, afterwards = [], notMe = null }) => {
    const subject = cleaned(oneLine(words));
    const data = { subject, paragraphs, facts, action, afterwards, notMe, brand, mark: mark.id };
    return {
      subject,
      text: text.render('message.txt.eta', { ...data, wrapped }),
      html: html.render('message.html.eta', data),
      images: [mark],
    };
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

/** A name that is set apart stays in one line: the end of the line would end it. */
const wordOrName = /(?:\u2068[^\u2069]*\u2069|\S)+/gu;

/** Breaks lines between words; what is longer than a line, such as an address, has one to itself. */
function wrapped(text: string): string {
  const lines = [''];
  for (const word of inPlainText(oneLine(text)).match(wordOrName) ?? []) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > lineLength) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
