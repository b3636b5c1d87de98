/** The page's frame: colours, header, panes, composer and dialogs. What is in a message: page-message-css.ts. */
export const pageCss = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f2; --sheet: #ffffff; --ink: #23262b; --soft: #666b73; --line: #e0ded8; --wash: #efede8;
  --accent: #1f6f5e; --on-accent: #ffffff; --good: #23805f; --bad: #b3382c; --busy: #96640a; --calm: #747a83;
  --shadow: 0 1px 2px rgb(30 30 20 / .05), 0 6px 24px rgb(30 30 20 / .07);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --sheet: #1d2024; --ink: #e4e3df; --soft: #9ba0a8; --line: #2f3338; --wash: #262a2f;
    --accent: #63bfa6; --on-accent: #0d211c; --good: #5fc49c; --bad: #f08678; --busy: #dcae5a; --calm: #969ca5;
    --shadow: 0 1px 2px rgb(0 0 0 / .3), 0 6px 24px rgb(0 0 0 / .3);
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { height: 100%; margin: 0; }
body {
  display: grid; grid-template: auto auto minmax(0, 1fr) auto / minmax(0, 1fr); height: 100dvh; overflow: hidden;
  background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif;
}
h1, h2, h3, p, dl, ol, ul, pre { margin: 0; padding: 0; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); text-underline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.top {
  grid-row: 1; display: flex; align-items: center; gap: 6px 14px; flex-wrap: wrap;
  padding: 10px 20px; border-bottom: 1px solid var(--line); background: var(--sheet);
}
.top h1 { font-size: 16px; font-weight: 650; letter-spacing: -.01em; }
.top h1::before { content: ''; display: inline-block; width: 10px; height: 10px; margin-right: 9px; border-radius: 50%; background: var(--accent); }
#banner, #link-state { font-size: 13px; color: var(--busy); }
#link-state { color: var(--bad); }
.who { margin-left: auto; display: flex; align-items: center; gap: 8px; font-size: 13px; color: var(--soft); }
select, input, textarea {
  font: inherit; color: inherit; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; padding: 6px 10px;
}
.who select { font-size: 14px; color: var(--ink); }
.who select:disabled { opacity: 1; border-color: transparent; appearance: none; padding: 6px 0; }

.tabs { grid-row: 2; display: none; }
main { grid-row: 3; min-height: 0; display: grid; grid-template-columns: minmax(0, 1fr) minmax(300px, 380px); }
.pane { min-height: 0; display: flex; flex-direction: column; position: relative; }
.pane > h2 { padding: 14px 20px 4px; font-size: 12px; font-weight: 600; color: var(--soft); }
#direct { border-left: 1px solid var(--line); background: color-mix(in srgb, var(--paper), var(--wash) 40%); }
.messages { flex: 1; min-height: 0; overflow-y: auto; padding: 8px 20px 20px; display: flex; flex-direction: column; gap: 10px; }
.messages > :first-child { margin-top: auto; }
.messages:focus-visible { outline-offset: -3px; }
#channel .messages > * { width: 100%; max-width: 760px; margin-inline: auto; }
.empty { position: absolute; inset: 35% 24px auto; text-align: center; color: var(--soft); font-size: 14px; }
.empty .lead { font-size: 19px; color: var(--ink); margin-bottom: 10px; }
.hints { display: flex; gap: 8px; justify-content: center; flex-wrap: wrap; margin-top: 10px; }
.messages:not(:empty) ~ .empty { display: none; }

.composer {
  grid-row: 4; position: relative; display: flex; gap: 10px; padding: 12px 20px calc(12px + env(safe-area-inset-bottom));
  border-top: 1px solid var(--line); background: var(--sheet);
}
.line { flex: 1; min-width: 0; display: flex; align-items: center; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); }
.line:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.prefix { padding-left: 12px; color: var(--soft); font: 14px var(--mono); }
#words { flex: 1; min-width: 0; border: 0; background: none; outline: none; padding: 10px 12px 10px 8px; font: 14px var(--mono); }
::placeholder { color: var(--soft); opacity: .7; }
#choices {
  position: absolute; left: 20px; bottom: calc(100% + 6px); width: min(520px, calc(100% - 40px)); max-height: 46vh; overflow-y: auto;
  list-style: none; padding: 5px; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow);
}
#choices li { display: flex; gap: 14px; padding: 7px 10px; border-radius: 8px; cursor: pointer; }
#choices li[aria-selected='true'] { background: var(--wash); }
#choices b { font: 600 14px/1.5 var(--mono); }
#choices span { color: var(--soft); font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
#problem {
  position: fixed; left: 50%; bottom: 84px; transform: translateX(-50%); padding: 8px 14px; max-width: calc(100% - 32px);
  border-radius: 10px; background: var(--sheet); color: var(--bad); border: 1px solid currentColor; box-shadow: var(--shadow);
}
dialog { width: min(460px, calc(100% - 32px)); padding: 22px; border: 1px solid var(--line); border-radius: 14px; background: var(--sheet); color: var(--ink); box-shadow: var(--shadow); }
dialog::backdrop { background: rgb(15 17 20 / .45); }
dialog h2 { font-size: 17px; margin-bottom: 6px; }
dialog p { color: var(--soft); white-space: pre-wrap; }
dialog label { display: block; margin-top: 14px; font-weight: 550; font-size: 14px; }
dialog :is(input, textarea, select) { display: block; width: 100%; margin-top: 5px; padding: 9px 11px; }
dialog small { display: block; margin-top: 4px; color: var(--soft); font-weight: 400; }
dialog menu { display: flex; justify-content: flex-end; gap: 8px; margin: 20px 0 0; padding: 0; }

@media (max-width: 800px) {
  .top { padding: 8px 14px; }
  #banner { order: 9; width: 100%; font-size: 12px; }
  .who > span { display: none; }
  .tabs { display: flex; gap: 4px; padding: 0 10px; background: var(--sheet); border-bottom: 1px solid var(--line); }
  .tabs button { flex: 1; min-height: 44px; font: inherit; font-size: 14px; color: var(--soft); background: none; border: 0; border-bottom: 2px solid transparent; }
  .tabs button[aria-selected='true'] { color: var(--ink); border-color: var(--accent); }
  #unread { background: var(--accent); color: var(--on-accent); border-radius: 9px; padding: 0 7px; font-size: 12px; }
  main { grid-template-columns: minmax(0, 1fr); }
  main[data-pane='channel'] #direct, main[data-pane='direct'] #channel { display: none; }
  .pane > h2 { display: none; }
  #direct { border: 0; }
  .messages { padding: 12px 14px; }
  .composer { padding-inline: 14px; }
  #words, .prefix, dialog :is(input, textarea, select) { font-size: 16px; }
}
@media (prefers-reduced-motion: no-preference) { .mark-working, .step-running .sign { animation: breathe 1.6s ease-in-out infinite; } }
@keyframes breathe { 50% { opacity: .35; } }
`
