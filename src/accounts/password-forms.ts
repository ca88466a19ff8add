/**
 * The forms in which a password is compared with others: what people change to get past a list must not change the
 * answer. Only for judging; must not be used for what is hashed. Knows no lists.
 */

/** What people put between words; elsewhere the same signs may be a password of their own. */
const separators = /(?<=[\p{L}\p{N}])[\s\p{Pd}\p{Pc}.,:;/+]+(?=[\p{L}\p{N}])/gu;
const accents = /(?<=[a-z])\p{Mn}+/gu;
/** Short runs inside a word: a longer one is a number, and so is one at the end. */
const lookAlikes = /(?<![\d@$!])[013457@$!]{1,3}(?=[a-z])/g;
const letters: Record<string, string> = {
  0: 'o',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Without letter case, accents on Latin letters, and separators. */
export function bareForm(text: string): string {
  const lower = text.normalize('NFKD').toLowerCase().replace(accents, '').normalize('NFKC');
  return lower.replace(separators, '');
}

/**
 * The bare form, and those with letters for the signs that look like them (a 1 can be an l or an i); each as it is, and
 * said once where it says the same again and again.
 */
export function comparedForms(text: string): string[] {
  const bare = bareForm(text);
  const spelled = (one: string) =>
    bare.replace(lookAlikes, (run) => run.replace(/./g, (sign) => letters[sign] ?? one));
  const forms = [bare, spelled('l'), spelled('i')];
  return [...new Set(forms.flatMap((form) => [form, saidOnce(form)]))];
}

/** A text that is made of one piece is found in its own double before the middle. */
function saidOnce(form: string): string {
  return form.slice(0, (form + form).indexOf(form, 1));
}
