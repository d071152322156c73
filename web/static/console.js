// What htmx leaves to us: the answer takes the focus, tables of figures are drawn as charts, and parts of a page follow
// the record while somebody looks at it.
// A chart shows what its table says, no more; a column leads where the number in the table leads.
"use strict";

function drawCharts() {
  if (!window.echarts) return;
  for (const place of document.querySelectorAll("[data-chart]")) {
    const table = document.getElementById(place.dataset.chart);
    const heads = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
    const rows = [...table.tBodies[0].rows];
    const quiet = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = window.echarts.init(place);
    chart.setOption({
      animation: !quiet,
      color: ["#14509a", "#2e7d32"],
      grid: { left: 40, right: 16, top: 36, bottom: 28 },
      legend: { data: heads, top: 0 },
      xAxis: { type: "category", data: rows.map((row) => row.cells[0].textContent.trim().slice(5)) },
      yAxis: { type: "value", minInterval: 1 },
      series: heads.map((name, at) => ({
        name,
        type: at === 0 ? "bar" : "line",
        symbol: "diamond",
        symbolSize: 8,
        data: rows.map((row) => Number(row.cells[at + 1].textContent)),
      })),
    });
    chart.on("click", (clicked) => {
      rows[clicked.dataIndex].cells[clicked.seriesIndex + 1].querySelector("a").click();
    });
    window.addEventListener("resize", () => chart.resize());
  }
}

document.addEventListener("DOMContentLoaded", () => {
  drawCharts();
  document.querySelector("[data-focus]")?.focus();
});
document.addEventListener("htmx:afterSettle", () => document.querySelector("[data-focus]")?.focus());

// A file on its way says so, too, where htmx does not send it; who comes back to the page finds it at rest.
document.addEventListener("submit", (sent) => {
  if (!sent.defaultPrevented && sent.target.enctype === "multipart/form-data") showLoading(true);
});
window.addEventListener("pageshow", () => showLoading(false));
function showLoading(under) {
  document.getElementById("loading")?.classList.toggle("htmx-request", under);
}

// On paper nothing is folded away but what can be done.
const unfolded = [];
window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("main details:not([open], .command, .more)")) {
    one.open = true;
    unfolded.push(one);
  }
});
window.addEventListener("afterprint", () => {
  while (unfolded.length) unfolded.pop().open = false;
});

// One listener for whatever comes later, too.
document.addEventListener("click", (clicked) => { if (clicked.target.closest?.("[data-print]")) window.print(); });
function showPrinting() {
  for (const one of document.querySelectorAll("[data-print]")) one.hidden = false;
}
document.addEventListener("DOMContentLoaded", showPrinting);
document.addEventListener("htmx:afterSettle", showPrinting);

// Parts marked `data-live` are fetched anew when something is recorded that the visitor may know of: nothing in which
// somebody is writing or choosing, and not while the page is out of sight.
function followTheRecord() {
  const page = document.querySelector("[data-follow]");
  if (!page || !window.EventSource) return;
  let stream = null;
  let waiting = null;
  // What has been recorded since the page was made, or while it was out of sight, is told as well.
  let last = page.dataset.recorded;

  function told(event) {
    last = event.lastEventId || last;
    waiting ??= setTimeout(renew, 1000);
  }

  async function renew() {
    waiting = null;
    const answer = await fetch(window.location.href);
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    let changed = false;
    for (const old of document.querySelectorAll("[data-live]")) {
      const anew = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
      const busy = old.contains(document.activeElement) || old.querySelector(".command[open], .ticking :checked");
      if (!anew || busy || old.innerHTML === anew.innerHTML) continue;
      const open = [...old.querySelectorAll("details")].map((one) => one.open);
      anew.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? one.open; });
      old.replaceWith(document.adoptNode(anew));
      window.htmx?.process(anew);
      showPrinting();
      changed = true;
    }
    if (changed) document.getElementById("renewed").textContent = page.dataset.follow;
  }

  function listen() {
    if (document.visibilityState === "hidden") {
      stream?.close();
      stream = null;
    } else if (!stream) {
      stream = new EventSource(`/api/v1/events?after=${last}`);
      stream.addEventListener("act", told);
      stream.addEventListener("behind", told);
    }
  }

  document.addEventListener("visibilitychange", listen);
  window.addEventListener("pagehide", () => stream?.close());
  listen();
}

document.addEventListener("DOMContentLoaded", followTheRecord);

// What the link does by opening the page anew, without losing the place: every box of that name on the page.
document.addEventListener("click", (clicked) => {
  const link = clicked.target.closest("[data-ticks]");
  if (!link) return;
  clicked.preventDefault();
  const boxes = [...link.closest("form").querySelectorAll(`input[type=checkbox][name="${link.dataset.ticks}"]`)];
  const all = boxes.every((one) => one.checked);
  for (const one of boxes) one.checked = !all;
});

// What is folded away in the navigation folds again when a link in it is followed (the page may be come back to), when
// something else is clicked or reached, and on Escape.
function foldMore(focusAgain) {
  const more = document.querySelector(".more[open]");
  if (!more) return;
  more.open = false;
  if (focusAgain) more.querySelector("summary").focus();
}
document.addEventListener("click", (clicked) => {
  if (clicked.target.closest(".more a") || !clicked.target.closest(".more")) foldMore(false);
});
document.addEventListener("focusin", (reached) => { if (!reached.target.closest(".more")) foldMore(false); });
document.addEventListener("keydown", (pressed) => { if (pressed.key === "Escape") foldMore(true); });
