/**
 * Names that people give, such as that of a passkey, where they stand in sentences of ours: nothing in them is unseen or
 * turns the text around it, and a name that is written from right to left leaves the sentence as it is. Knows Unicode and
 * the one element of HTML for this; must not know whose name it is, nor where it is shown.
 */

/** First strong isolate and pop directional isolate: what `<bdi>` is in plain text (Unicode Standard Annex 9, section 2). */
const [fsi, pdi] = ['\u2068', '\u2069'];

/** Line ends, controls, and what is unseen or turns text around: with these one name could pose as another. */
export const hostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** The same in whole texts, in which lines end, and joiners hold together letters and emoji. */
const unshown = /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const isolates = /\u2068([^\u2068\u2069]*)\u2069/gu;

/** A letter or sign of a script that is written from right to left: they have these blocks to themselves. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Text without what cannot be shown; isolates, too, are gone. */
export function cleaned(text: string): string {
  return text.replaceAll(unshown, '');
}

/** A name as it goes into a sentence: {@link inHtml} and {@link inPlainText} know it again. */
export function isolated(name: string): string {
  return fsi + cleaned(name) + pdi;
}

/** @param escaped text that is markup already: what stood in it is escaped */
export function inHtml(escaped: string): string {
  return cleaned(escaped.replaceAll(isolates, '<bdi>$1</bdi>'));
}

/** A text that has no markup, such as a mail: isolated by characters, which old programs draw, and only where it matters. */
export function inPlainText(text: string): string {
  return text
    .split(isolates)
    .map((piece, at) => (at % 2 === 1 && rightToLeft.test(piece) ? isolated(piece) : cleaned(piece)))
    .join('');
}
