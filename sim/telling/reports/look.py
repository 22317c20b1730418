"""How every page looks, on a screen, on a telephone and on paper."""

from sim.telling.figures.colours import BOOKS

STYLE = f"""
:root {{ color-scheme: light; --ink: #1a1a1a; --soft: #4a4a4a; --line: #c9c9c9; --pale: #f5f5f5; --link: #00497a;
  --true: {BOOKS["occurred"]}; --seen: #a84a00; }}
* {{ box-sizing: border-box; }}
body {{ font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); background: #fff;
  margin: 0 auto; max-width: 66rem; padding: 1.2rem 1.4rem 3rem; }}
h1 {{ font-size: 1.65rem; line-height: 1.2; margin: 0 0 .3rem; }}
h2 {{ font-size: 1.22rem; line-height: 1.3; margin: 2rem 0 .5rem; padding-top: .7rem;
  border-top: 1px solid var(--line); }}
h3 {{ font-size: 1.02rem; margin: 1.2rem 0 .3rem; }}
p, ul {{ margin: .5rem 0; max-width: 48rem; }}
a {{ color: var(--link); }}
a:focus-visible, summary:focus-visible, .wide:focus-visible {{ outline: 3px solid var(--link); outline-offset: 2px; }}
.question {{ font-size: 1.05rem; font-style: italic; color: var(--soft); margin: 0 0 .7rem; }}
.first {{ font-size: 1.1rem; line-height: 1.45; }}
.lead {{ display: grid; grid-template-columns: minmax(0, 1fr) 24rem; gap: 0 2.2rem; align-items: start; }}
.lead.alone {{ display: block; }} .lead.even {{ grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }}
.lead aside {{ border-left: 3px solid var(--line); padding-left: 1rem; }}
.lead aside h2 {{ border: 0; padding: 0; margin: 0 0 .2rem; font-size: 1.02rem; }}
.lead aside figure {{ margin: .3rem 0; }}
.true {{ color: var(--true); }} .seen {{ color: var(--seen); }}
.small, figcaption {{ font-size: .86rem; line-height: 1.42; color: var(--soft); }}
figcaption {{ max-width: 60rem; margin-top: .25rem; }}
.wide {{ overflow-x: auto; margin: .6rem 0; }}
table {{ border-collapse: collapse; font-size: .86rem; line-height: 1.35; width: 100%;
  font-variant-numeric: tabular-nums; }}
caption {{ text-align: left; color: var(--soft); padding: 0 0 .3rem; }}
th, td {{ padding: .24rem .55rem; text-align: right; vertical-align: top; }}
th:first-child, td:first-child {{ text-align: left; min-width: 11rem; }}
tbody th {{ font-weight: normal; position: sticky; left: 0; background: #fff; }}
thead th, thead td {{ border-bottom: 2px solid #444; vertical-align: bottom; background: #fff; }}
thead :first-child {{ position: sticky; left: 0; }}
tr.section th {{ font-weight: 600; padding-top: .8rem; border-bottom: 1px solid var(--line); background: var(--pale); }}
tbody td, tbody th {{ border-bottom: 1px solid #ececec; }}
td .interval {{ white-space: nowrap; color: var(--soft); font-size: .92em; }}
.key td {{ font-size: 1rem; }} .key td .interval {{ font-size: .8rem; display: block; }}
figure {{ margin: 1rem 0; break-inside: avoid; }}
figure img {{ display: block; width: 100%; height: auto; }}
code, pre {{ font-size: .88em; background: var(--pale); overflow-wrap: anywhere; white-space: pre-wrap; }}
td code, th code {{ overflow-wrap: normal; }} .key th code {{ white-space: nowrap; }} .key th wbr {{ display: none; }}
pre {{ padding: .6rem; }} pre span {{ white-space: nowrap; }}
.wordy td, .wordy thead th {{ text-align: left; }}
details {{ border-top: 1px solid var(--line); padding: .1rem 0; }}
details + details {{ border-top: 1px solid var(--line); }}
summary {{ cursor: pointer; padding: .45rem 0; font-weight: 600; color: var(--link); }}
@media (max-width: 900px) {{
  .lead, .lead.even {{ display: block; }}
  .lead aside {{ border-left: 0; border-top: 3px solid var(--line); padding: .6rem 0 0; margin-top: .8rem; }}
}}
@media (max-width: 600px) {{
  body {{ padding: .9rem .9rem 2rem; }}
  h1 {{ font-size: 1.35rem; }}
  .first {{ font-size: 1.02rem; }}
  table {{ font-size: .82rem; }}
  th:first-child, td:first-child {{ min-width: 7.5rem; max-width: 9rem; }}
  caption span {{ display: block; position: sticky; left: 0; max-width: calc(100vw - 2.4rem); }}
  .key th code {{ white-space: normal; }} .key th wbr {{ display: inline; }}
  .wordy th:first-child, .wordy td:first-child {{ min-width: 11.5rem; max-width: 14rem; }}
  .stacked, .stacked caption, .stacked tbody, .stacked tbody th {{ display: block; }}
  .stacked thead {{ display: none; }}
  .stacked tbody tr {{ display: grid; grid-template-columns: 1fr 1fr; gap: 0 .8rem; padding: .3rem 0;
    border-bottom: 1px solid #888; }}
  .stacked tbody th {{ grid-column: 1 / -1; max-width: none; border: 0; box-shadow: none; padding: .1rem 0; }}
  .stacked tbody td {{ text-align: left; border: 0; padding: .15rem 0; }} .stacked tr.section th {{ padding: .3rem; }}
  .stacked td::before {{ content: attr(data-head); display: block; font-size: .78rem; color: var(--soft); }}
  .wide:not(:has(.stacked)) {{ box-shadow: inset -9px 0 7px -8px #999; }}
  tbody th, thead :first-child {{ box-shadow: 2px 0 3px -2px #bbb; }}
}}
@media print {{
  @page {{ size: A4; margin: 13mm 14mm; }}
  body {{ font-size: 9.2pt; line-height: 1.38; max-width: none; padding: 0; }}
  h1 {{ font-size: 15pt; }} h2 {{ font-size: 11.5pt; margin-top: .9rem; padding-top: .4rem; }}
  h3, .lead aside h2 {{ font-size: 10pt; }} .question {{ font-size: 10.5pt; }}
  h2, h3, summary, caption {{ break-after: avoid; }} pre {{ break-before: avoid; break-inside: avoid; }}
  summary {{ color: var(--ink); list-style: none; }} summary::-webkit-details-marker {{ display: none; }}
  p, li, figcaption {{ orphans: 3; widows: 3; }}
  .first {{ font-size: 10pt; }} .small, figcaption {{ font-size: 8pt; }}
  .lead {{ display: grid; grid-template-columns: minmax(0, 1fr) 6.6cm; gap: 0 .6cm; }}
  .lead.even {{ display: grid; }}
  .lead aside {{ border-left: 2px solid var(--line); border-top: 0; padding: 0 0 0 .4cm; margin: 0; }}
  .wide {{ overflow: visible; box-shadow: none; }}
  th, td {{ padding: .16rem .5rem; }}
  table {{ font-size: 7.6pt; }} .key td {{ font-size: 9pt; }} .key td .interval {{ font-size: 7.2pt; }}
  .wordy th, .wordy td {{ padding: .08rem .5rem; }} .wide {{ margin: .25rem 0; }} p, ul {{ margin: .35rem 0; }}
  pre {{ padding: .35rem .5rem; margin: .3rem 0; }}
  tr, figure, .key:not(:has(tbody tr:nth-child(5))) {{ break-inside: avoid; }} thead, caption {{ break-after: avoid; }}
  tbody tr:first-child {{ break-before: avoid; }}
  figure {{ margin: .5rem 0; }} figure.tall img {{ width: 86%; }}
  figure img {{ max-height: 13cm; object-fit: contain; object-position: left; }} #map img {{ max-height: 9.4cm; }}
  tbody th, thead :first-child {{ position: static; }}
  .screen, details:not([open]):not(.printed) {{ display: none; }}
  details.printed::details-content {{ content-visibility: visible; block-size: auto; }}
  a {{ color: inherit; text-decoration: none; }}
}}
"""
"""The colour of observed crime is darker in words than in figures, for letters need more contrast than lines."""
