import { Html } from './html.ts';

export const STYLE = new Html(`
:root{color-scheme:light dark;--ink:#1a1f36;--soft:#5b6478;--line:#dfe3ea;--edge:#b9c0cd;--accent:#4b45d1;--main:#4b45d1;--paper:#fff;--ground:#f5f7fa;--note:#fff3c4;--noted:#4a3b00;--bad:#fde8ec;--worse:#8a0f2f;--good:#d6f2df;--better:#0c5a2a;--wait:#fff0c9;--waiting:#6b5000;--plain:#e7e9f0}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaf2;--soft:#a3abbd;--line:#363c4b;--edge:#5a6273;--accent:#aaa6ff;--main:#5b55e0;--paper:#1d212c;--ground:#12151d;--note:#3a3112;--noted:#ffe9a3;--bad:#46161f;--worse:#ffb9c6;--good:#123c22;--better:#a5ecbf;--wait:#40340d;--waiting:#ffe08a;--plain:#2d3341}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
.notice{margin:0;padding:.5rem 1rem;background:var(--note);color:var(--noted);text-align:center;font-size:.875rem;border-bottom:1px solid var(--line)}
.notice a{color:inherit}main{margin:0 auto;padding:2rem 1rem}.narrow{max-width:30rem}.wide{max-width:72rem}
h1{font-size:1.375rem;margin:0 0 1rem}h1 .button{float:right;font-size:.875rem}h2{font-size:1.0625rem;margin:2rem 0 .75rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem;margin-bottom:1rem;box-shadow:0 1px 3px #1a1f3612}
label{display:block;font-size:.875rem;font-weight:600;margin-bottom:.875rem}
input,select{display:block;width:100%;margin-top:.25rem;padding:.625rem .75rem;font:inherit;font-weight:400;border:1px solid var(--edge);border-radius:.5rem;background:var(--paper);color:inherit}
.row{display:flex;gap:.75rem}.row>*{flex:1}
button,.button{display:inline-block;padding:.5rem .875rem;font:inherit;font-size:.9375rem;font-weight:600;border:1px solid var(--edge);border-radius:.5rem;background:var(--paper);color:var(--ink);cursor:pointer;text-decoration:none}
button.main{width:100%;padding:.75rem;background:var(--main);border-color:var(--main);color:#fff}button.danger{color:var(--worse)}
button:hover{border-color:var(--ink)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
a{color:var(--accent)}.soft{color:var(--soft);font-size:.875rem}.error{background:var(--bad);color:var(--worse);border:1px solid var(--worse);border-radius:.5rem;padding:.625rem .875rem}
table{width:100%;border-collapse:collapse;font-size:.875rem}th,td{text-align:left;padding:.5rem .625rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}.total td{font-weight:700;border-bottom:0}
.scroll{overflow-x:auto}.chip{display:inline-block;padding:.05rem .5rem;border-radius:1rem;background:var(--plain);font-size:.8125rem;white-space:nowrap}
.chip.good{background:var(--good);color:var(--better)}.chip.bad{background:var(--bad);color:var(--worse)}.chip.wait{background:var(--wait);color:var(--waiting)}
form.inline{display:inline-flex;gap:.5rem;align-items:end;flex-wrap:wrap;margin:0 .5rem .5rem 0}form.inline label{margin:0;display:inline-flex;gap:.5rem;align-items:center}form.inline input,form.inline select{width:auto;max-width:min(22rem,100%);display:inline-block;margin:0}form.inline input[type=number]{max-width:6rem}
.card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}.card ul{padding-left:1.25rem}
form.beside{display:flex;gap:.5rem;align-items:end;border-top:1px solid var(--line);padding-top:1rem}form.beside label{flex:1;margin:0}form.beside button{padding:.625rem .875rem}
@media(max-width:40rem){.scroll tr:has(th){display:none}.scroll tr{display:block;padding:.75rem 0;border-bottom:1px solid var(--line)}.scroll td,.scroll td.number{display:block;border:0;padding:.125rem 0;text-align:left;overflow-wrap:anywhere}.scroll td form.inline{margin:.25rem 0 0}}
details{margin:0 0 1rem;font-size:.875rem;color:var(--soft)}summary{cursor:pointer}code{font-size:.8125rem;overflow-wrap:anywhere}
`);
