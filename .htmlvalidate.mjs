/** What is sound HTML here: all that html-validate recommends, for whole documents, but for what stands below. */
export default {
  root: true,
  extends: ['html-validate:recommended', 'html-validate:document'],
  rules: {
    // HTML knows both; lower case is what the templates, and Koa's own pages, are written in.
    'doctype-style': ['error', { style: 'lowercase' }],
    // A list to tick has one name: the form sends those that are ticked under it (HTML, section 4.10.21.4).
    'form-dup-name': ['error', { shared: ['radio', 'checkbox', 'button', 'submit', 'reset'] }],
  },
};
