/**
 * What the product is called and how it looks: whoever makes it their own begins here (README, "Make it yours"). The
 * logo is views/partials/logo.svg. Knows nothing else of the application.
 */

/** The colours of one scheme, as `#rrggbb`. The build refuses what cannot be read on the grounds of public/styles.css. */
export type Colours = Readonly<{
  /** Buttons, links, the mark, and the ring around what has the focus. */
  accent: string;
  /** What is written on the accent. */
  accentInk: string;
  /** A button under the pointer. */
  accentHover: string;
  /** The ground of notes, and of what is under the pointer. */
  tint: string;
}>;

export type Brand = Readonly<{
  /** As people read it: in pages, mails, the window of a passkey, and the log. */
  name: string;
  /**
   * The same for machines, in small letters: it begins the names of cookies and of files to download, and is the name of the
   * SQLite file. Choose it before the first person comes: a later change signs everybody out and looks for another file.
   */
  slug: string;
  /** Where people who are stuck can write to; null where there is nobody, and then no page or mail offers it. */
  support: string | null;
  colours: Readonly<Record<'light' | 'dark', Colours>>;
}>;

export const brand: Brand = {
  name: 'Latchkey',
  slug: 'latchkey',
  support: null,
  colours: {
    light: { accent: '#0f5c53', accentInk: '#ffffff', accentHover: '#0a463f', tint: '#e6efec' },
    dark: { accent: '#7cc9bb', accentInk: '#08231f', accentHover: '#9adccf', tint: '#22302d' },
  },
};
