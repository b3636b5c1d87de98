/** The page itself: everything that changes is put in by the script. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Sandpiper</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='%232b7a68'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<header class="top">
  <h1>Sandpiper</h1>
  <p id="banner" hidden></p>
  <span id="link-state" role="status" hidden>Reconnecting …</span>
  <label class="who"><span>You are</span> <select id="identity"></select></label>
</header>
<nav class="tabs" role="tablist" aria-label="Panes">
  <button type="button" role="tab" id="tab-channel" aria-controls="channel" aria-selected="true">Channel</button>
  <button type="button" role="tab" id="tab-direct" aria-controls="direct" aria-selected="false">Direct messages <span id="unread" hidden></span></button>
</nav>
<main data-pane="channel">
  <section id="channel" class="pane" aria-labelledby="channel-title">
    <h2 id="channel-title">Channel</h2>
    <div class="messages" id="channel-messages" role="log" aria-live="polite" tabindex="0" aria-labelledby="channel-title"></div>
    <div class="empty" id="welcome">
      <p class="lead">Type one line, and a sandbox is yours.</p>
      <p>Try one of these:</p>
      <p class="hints">
        <button type="button" class="button" data-say="create myapp">create myapp</button>
        <button type="button" class="button" data-say="list">list</button>
        <button type="button" class="button" data-say="help">help</button>
      </p>
    </div>
  </section>
  <section id="direct" class="pane" aria-labelledby="direct-title">
    <h2 id="direct-title">Direct messages</h2>
    <div class="messages" id="direct-messages" role="log" aria-live="polite" tabindex="0" aria-labelledby="direct-title"></div>
    <p class="empty">Credentials and news about your sandboxes come here. Only you see them.</p>
  </section>
</main>
<form class="composer" id="composer" autocomplete="off">
  <ul id="choices" role="listbox" aria-label="Completions" hidden></ul>
  <label class="line">
    <span class="prefix" aria-hidden="true">/sandbox</span>
    <input id="words" type="text" role="combobox" aria-label="Command" aria-controls="choices" aria-expanded="false"
      aria-autocomplete="list" autocapitalize="none" autocorrect="off" spellcheck="false" placeholder="create myapp">
  </label>
  <button class="button primary" type="submit">Send</button>
</form>
<p id="problem" role="alert" hidden></p>
<dialog id="dialog" aria-labelledby="dialog-title"></dialog>
</body>
</html>
`
