/** How a message looks: one line, or a card. */
export const messageCss = `
.message { padding: 2px 0; overflow-wrap: anywhere; }
.message.card, #direct .message { padding: 14px 16px; border: 1px solid var(--line); border-radius: 12px; background: var(--sheet); }
.message.tone-bad { border-left: 3px solid var(--bad); padding-left: 14px; }
.message header { display: flex; align-items: baseline; gap: 4px 12px; flex-wrap: wrap; }
.message h3 { font-size: 15px; font-weight: 620; }
.message .meta { margin-left: auto; color: var(--soft); font-size: 12px; white-space: nowrap; }
.message .meta span { margin-right: 4px; }
.message .meta span::after { content: ' ·'; }
.message p { white-space: pre-wrap; }
.message:not(.card) header:not(:has(h3)) { float: right; margin-left: 14px; }
.message > * + * { margin-top: 8px; }
.message:not(.card) > * + * { margin-top: 2px; }
.mark-running { color: var(--good); }
.mark-stopped { color: var(--calm); }
.mark-working { color: var(--busy); }
.mark-failed { color: var(--bad); }
.mark { display: inline-block; }

.message dl { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: 3px 12px; }
.message dl > div { display: contents; }
.message dt { min-width: 72px; color: var(--soft); }
.message dd { margin: 0; white-space: pre-wrap; }
.message code { font: .92em var(--mono); }
.message p code, .message dd code { padding: 1px 5px; border-radius: 5px; background: var(--wash); }
.message pre { padding: 10px 12px; overflow-x: auto; border-radius: 8px; background: var(--wash); line-height: 1.45; }
.message dd time, .message p time { color: inherit; }
.mention { font-weight: 600; }
.message img { max-width: 100%; border-radius: 8px; }

.steps { list-style: none; font-size: 14px; font-variant-numeric: tabular-nums; }
.step { display: grid; grid-template-columns: 18px minmax(0, 1fr) auto 52px; gap: 8px; padding: 2px 0; }
.step .detail, .step .seconds { color: var(--soft); font-size: 13px; }
.step .seconds { text-align: right; }
.step-waiting { color: var(--soft); }
.step-done .sign { color: var(--good); }
.step-running .sign { color: var(--busy); }
.step-failed .sign, .step-failed .label { color: var(--bad); }

.buttons { display: flex; flex-wrap: wrap; gap: 8px; }
.message > .buttons { margin-top: 12px; }
.button {
  display: inline-flex; align-items: center; min-height: 34px; padding: 5px 13px; border: 1px solid var(--line); border-radius: 9px;
  background: var(--sheet); color: var(--ink); font: inherit; font-size: 14px; font-weight: 500; text-decoration: none; cursor: pointer;
}
.button:hover { background: var(--wash); }
.button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.button.primary:hover { filter: brightness(1.07); }
.button.danger { color: var(--bad); border-color: color-mix(in srgb, var(--bad) 40%, var(--line)); }
.buttons .danger:not(:first-child) { margin-left: auto; }
.button.off, .button:disabled { color: var(--soft); cursor: default; opacity: .7; }
.button.link::after { content: '↗'; margin-left: 6px; color: var(--soft); font-size: 12px; }

.said { align-self: flex-end; width: auto !important; max-width: 85%; margin-right: 0; padding: 6px 13px; border-radius: 12px; background: var(--wash); color: var(--soft); font: 14px/1.5 var(--mono); overflow-wrap: anywhere; }
#channel .said { margin-inline: auto max(0px, (100% - 760px) / 2); }
@media (max-width: 800px) {
  .button { min-height: 42px; }
  .step { grid-template-columns: 18px minmax(0, 1fr) 52px; row-gap: 0; }
  .step .detail { grid-column: 2 / 4; grid-row: 2; }
  .step .detail:empty { display: none; }
}
`
