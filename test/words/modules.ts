/** The sentences of a module: the texts in its code that begin as a sentence does, and what they are part of. */
import type { Said } from './said.ts';

/** Begins with a capital letter, a number or what is filled in, and is a word or more. */
const sentence =
  /^(?:“?\p{Lu}(?:[\p{Ll}’-]+(?:[ ,:.?!…{][\s\S]*)?| [\p{Ll}{][\s\S]*)|(?:\{[^}]*\}|\d+) (?:· )?\p{L}[\s\S]*)$/u;
/** Pieces of sentences, which are put together beside them. */
const piece = /^ ?\p{Ll}[\p{L}’]*(?: (?:[\p{L}’]+|\{[^}]*\}))+$/u;
/** Of headers, and of a page for its styles, which no person reads. */
const names = /^(?:Authorization|Connection|Cookie|Forwarded|Location|Origin|Referer|Via|login after .*)$/;

/** @param forPeople the whole file is about what people read, so that pieces of sentences in it are too */
export function saidInModule(page: string, code: string, forPeople = false): Said[] {
  const declarations = [...code.matchAll(/^(?:export )?(?:async )?(?:function|const|class) (\w+)/gm)];
  return textsIn(code)
    .filter(({ text }) => !names.test(text) && (sentence.test(text) || (forPeople && piece.test(text))))
    .map(({ text, at }) => {
      const declared = declarations.findLast(({ index }) => index < at)?.[1] ?? '';
      return { page, state: spaced(declared), sentence: text.replaceAll(/\s+/g, ' ') };
    });
}

/** Such as "reset password page". */
function spaced(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Every text in quotes, with where it begins; what is filled in stands in braces, and what is said there comes as well. */
function textsIn(code: string, from = 0): { text: string; at: number }[] {
  const found: { text: string; at: number }[] = [];
  for (let at = 0; at < code.length; at++) {
    const quote = code[at] ?? '';
    if (!`'"\``.includes(quote)) continue;
    const { text, filled, end } = textAt(code, at);
    found.push({ text, at: from + at });
    for (const inner of filled) found.push(...textsIn(inner.code, from + inner.at));
    at = end;
  }
  return found;
}

function textAt(code: string, start: number) {
  const quote = code[start];
  const filled: { code: string; at: number }[] = [];
  let text = '';
  let at = start + 1;
  for (; at < code.length && code[at] !== quote; at++) {
    if (quote !== '`' && code[at] === '\n') break;
    if (code[at] === '\\') text += code[++at];
    else if (quote === '`' && code.startsWith('${', at)) {
      const end = closing(code, at + 2);
      filled.push({ code: code.slice(at + 2, end), at: at + 2 });
      text += `{${code.slice(at + 2, end)}}`;
      at = end;
    } else text += code[at];
  }
  return { text, filled, end: at };
}

/** Where the brace closes that was opened before `start`. */
function closing(code: string, start: number): number {
  let depth = 1;
  for (let at = start; at < code.length; at++) {
    if (code[at] === '{') depth++;
    if (code[at] === '}' && --depth === 0) return at;
  }
  return code.length;
}
