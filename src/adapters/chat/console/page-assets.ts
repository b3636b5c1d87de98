import { pageComposer } from './page-composer.js'
import { pageCss } from './page-css.js'
import { pageForms } from './page-forms.js'
import { pageHtml } from './page-html.js'
import { messageCss } from './page-message-css.js'
import { pageScript } from './page-script.js'

interface Asset {
  readonly type: string
  readonly text: string
}

const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ['/', { type: 'text/html', text: pageHtml }],
  ['/page.css', { type: 'text/css', text: pageCss + messageCss }],
  ['/page.js', { type: 'text/javascript', text: pageScript + pageForms + pageComposer }],
])

export function pageAsset(path: string): Asset | undefined {
  return ASSETS.get(path)
}

/** For who comes without the token: it brings nothing with it, as nothing else is served to them. */
export const strangerHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sandpiper: one more step</title>
<main>
<h1>One more step</h1>
<p>This page is for whoever started Sandpiper here.</p>
<p>Open the link that the terminal printed; it ends in <code>/?token=…</code> and lets this browser in.</p>
</main>
</html>
`
