"""The style sheet of the label card: light and dark, desk and phone."""

STYLE = """
:root{color-scheme:light dark;--back:#faf9f7;--card:#fff;--ink:#1d1c1a;--soft:#5f5c56;--line:#e4e1da;
--grid:#ece9e3;--accent:#2f4fc9;--s0:#77736b;--s1:#2f4fc9;--s2:#b4540a;--tint:#dfe5fb;--serious:#a3281a;
--seriousback:#fbeae7;--look:#7a4a00;--lookback:#fbf2df}
@media(prefers-color-scheme:dark){:root{--back:#161618;--card:#212124;--ink:#ececea;--soft:#aaa7a1;
--line:#3a3a40;--grid:#2b2b30;--accent:#9db1ff;--s0:#aaa59b;--s1:#9db1ff;--s2:#f2a65a;--tint:#333c63;
--serious:#ff9d8d;--seriousback:#3a2320;--look:#f0c06a;--lookback:#352c1b}}
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif;
overflow-wrap:anywhere}
header,main{max-width:1080px;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{font-size:1.05rem;margin:0;color:var(--soft);font-weight:600}
h2{font-size:1.3rem;margin:0 0 .25rem;letter-spacing:-.01em}
h3{font-size:1.05rem;margin:1.75rem 0 0}
h4{font-size:1rem;margin:0}
p{margin:.25rem 0 .75rem}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:.5rem;background:var(--card);
padding:.4rem .8rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.soft{color:var(--soft)}
.lead{color:var(--soft);max-width:75ch}
.verdict{font-size:1.6rem;line-height:1.25;font-weight:650;letter-spacing:-.015em;margin:.15rem 0 1rem;
max-width:34ch}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem;list-style:none;
margin:0 0 .75rem;padding:0}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.6rem .8rem}
.tiles strong{display:block;font-size:1.35rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:.85rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:0;padding:.6rem 0}
section{padding:1.75rem 0 .75rem;border-top:1px solid var(--line)}
.findings{list-style:none;margin:0;padding:0;display:grid;gap:.5rem}
.findings li{display:grid;grid-template-columns:4.5rem 1fr;gap:.75rem;padding:.6rem .8rem;border-radius:8px;
background:var(--lookback);border-inline-start:4px solid var(--look)}
.findings li.serious{background:var(--seriousback);border-color:var(--serious)}
.findings strong{color:var(--look)}.findings .serious strong{color:var(--serious)}
.findings .soft{display:block;color:inherit}
.scroll{overflow-x:auto;margin:.5rem 0 1rem}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:min(100%,26rem)}
caption{text-align:start;font-weight:600;padding:.25rem 0;caption-side:top}
th,td{padding:.35rem .9rem .35rem 0;text-align:start;vertical-align:top;border-bottom:1px solid var(--line);
overflow-wrap:normal}
thead th{color:var(--soft);font-weight:500;vertical-align:bottom}
tbody th{font-weight:500;max-width:22rem;overflow-wrap:anywhere;min-width:6rem}
.n{text-align:end;white-space:nowrap}
thead .n{white-space:normal}
.interval{font-size:.85em}
.bar{display:inline-block;min-width:4.6rem;padding:0 .3rem;text-align:end;border-radius:3px;
background:linear-gradient(to right,var(--tint) var(--w),transparent 0)}
details{margin:.4rem 0}
summary{cursor:pointer;color:var(--accent);font-size:.9rem;width:fit-content}
.side{columns:2 26rem;column-gap:2rem}.side>*{break-inside:avoid}
tbody th{position:sticky;inset-inline-start:0;
background:var(--back)}.clusters tbody th{background:var(--card)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:1rem}
.chart{margin:.5rem 0;max-width:600px}
.chart svg:not(.key){display:block;width:100%;height:auto;background:var(--card);
border:1px solid var(--line);border-radius:10px}
.chart text{font:12px system-ui,sans-serif;fill:var(--soft)}
.keys{list-style:none;margin:.4rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.15rem 1.2rem;
font-size:.85rem;color:var(--soft)}
.key{width:26px;height:8px;margin-inline-end:.4rem}
.grid{stroke:var(--grid)}.axis{stroke:var(--soft)}
.series,.ideal,.mark{fill:none;stroke-width:2.2}
.s0{stroke:var(--s0);stroke-dasharray:2 3}.s1{stroke:var(--s1)}.s2{stroke:var(--s2);stroke-dasharray:8 4}
.ideal{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}
.mark{stroke:var(--s2);stroke-dasharray:5 4}
.bin{fill:var(--s1)}
.dot{fill:var(--s1)}.whisker{stroke:var(--s1);stroke-width:1.5}
.clusters{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));gap:1rem;
list-style:none;margin:.5rem 0 0;padding:0}
.clusters>li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.8rem .9rem;
min-width:0}
.clusters p{margin:.1rem 0 .4rem;font-size:.88rem}
.strip{display:grid;grid-template-columns:repeat(4,1fr);gap:.45rem;list-style:none;margin:.5rem 0 0;
padding:0}
.strip li{position:relative;aspect-ratio:1;display:grid;place-items:center;background:#fff;
border-radius:6px;
overflow:hidden;border:1px solid var(--line)}
.strip li.near{border:2px dashed var(--soft)}
.strip img{width:100%;height:100%;object-fit:contain;display:block;position:absolute;inset:0}
.strip .score{position:absolute;right:3px;bottom:3px;background:#1d1c1a;color:#fff;border-radius:4px;
padding:0 .3rem;
font-size:.75rem;line-height:1.4}
.none{color:#5f5c56;font-size:.75rem}
@media(max-width:640px){.findings li{grid-template-columns:1fr;gap:0}.verdict{font-size:1.35rem}
.tiles{grid-template-columns:repeat(2,1fr)}}
@media print{nav,.skip{display:none}section{break-inside:avoid-page}}
"""
